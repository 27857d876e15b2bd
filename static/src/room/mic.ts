import type { Microphone } from "./state.ts";

export const MICROPHONE_CONSTRAINTS: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
};

export type MicrophoneOutcome =
  | { microphone: "on"; track: MediaStreamTrack }
  | { microphone: Exclude<Microphone, "on" | "asking" | "muted"> };

/** Asks for the microphone; never rejects, because a session goes on without one. */
export async function askForMicrophone(): Promise<MicrophoneOutcome> {
  if (!window.isSecureContext) return { microphone: "insecure" };
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: MICROPHONE_CONSTRAINTS });
    const track = stream.getAudioTracks()[0];
    return track === undefined ? { microphone: "missing" } : { microphone: "on", track };
  } catch (error) {
    return { microphone: whyNot(error instanceof DOMException ? error.name : "") };
  }
}

/** What the name of getUserMedia's refusal means (W3C Media Capture and Streams, 10.2.1). */
export function whyNot(name: string): "denied" | "missing" | "busy" {
  if (name === "NotFoundError" || name === "OverconstrainedError") return "missing";
  if (name === "NotReadableError" || name === "AbortError") return "busy";
  return "denied";
}

/** Calls back when the person allows the microphone in the browser's own settings. */
export async function whenAllowed(allowed: () => void): Promise<void> {
  try {
    const permission = await navigator.permissions.query({ name: "microphone" as PermissionName });
    permission.addEventListener("change", () => {
      if (permission.state === "granted") allowed();
    });
  } catch {
    // Some browsers do not tell; the retry button is there for them.
  }
}

/** Where this browser keeps the permission, for somebody who has refused it. */
export function howToAllow(agent: string): string {
  if (/Firefox\//.test(agent)) {
    return "Click the crossed-out microphone beside the address and remove the block, then try again.";
  }
  if (/iPhone|iPad/.test(agent)) {
    return "Tap the page menu beside the address, then Website Settings, and set Microphone to Allow.";
  }
  if (/Safari\//.test(agent) && !/Chrome|Chromium|Edg/.test(agent)) {
    return "Open Safari’s menu, then Settings for This Website, and set Microphone to Allow.";
  }
  return "Click the icon to the left of the address, switch Microphone on, then try again.";
}

import type { RoomElements } from "./elements.ts";

export type DeviceKind = "audioinput" | "audiooutput";

/**
 * Fills the choices of microphone and speaker, and keeps them right when something is plugged in,
 * until it is over.
 */
export function bindDevices(
  parts: Pick<RoomElements, "microphones" | "speakers">,
  choose: (kind: DeviceKind, deviceId: string) => void,
  over?: AbortSignal,
): () => Promise<void> {
  const selects: [DeviceKind, HTMLSelectElement][] = [["audioinput", parts.microphones]];
  if ("setSinkId" in HTMLMediaElement.prototype) selects.push(["audiooutput", parts.speakers]);
  else parts.speakers.closest<HTMLElement>(".field")?.setAttribute("hidden", "");

  const refresh = async (): Promise<void> => {
    const devices = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
    for (const [kind, select] of selects) fill(select, devices.filter((it) => it.kind === kind));
  };
  for (const [kind, select] of selects) {
    select.addEventListener("change", () => choose(kind, select.value), { signal: over });
  }
  navigator.mediaDevices?.addEventListener("devicechange", () => void refresh(), { signal: over });
  return refresh;
}

function fill(select: HTMLSelectElement, devices: MediaDeviceInfo[]): void {
  const chosen = select.value;
  const options = devices
    .filter((device) => device.deviceId !== "")
    .map((device) => new Option(device.label || "Unnamed device", device.deviceId));
  select.replaceChildren(...(options.length > 0 ? options : [new Option("Chosen by the browser", "")]));
  if (options.some((option) => option.value === chosen)) select.value = chosen;
  select.disabled = options.length === 0;
}

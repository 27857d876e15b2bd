import type { RoomElements } from "./elements.ts";
import { bindShortcuts } from "./shortcuts.ts";
import { isOver, moodOf } from "./moods.ts";
import type { RoomState } from "./state.ts";
import { moodWords, QUALITY_WORDS } from "./words.ts";

export interface ControlActions {
  toggleMute(): void;
  interrupt(): void;
  end(): void;
}

const CAPTIONS_KEY = "room-captions";

/** Wires buttons and keys to what they do. */
export function bindControls(parts: RoomElements, actions: ControlActions): void {
  const { mute, interrupt, captionsButton, end, endDialog } = parts;
  const toggleCaptions = (): void => showCaptions(parts, !captionsShown(parts));
  showCaptions(parts, localStorage.getItem(CAPTIONS_KEY) !== "off");
  mute.addEventListener("click", actions.toggleMute);
  interrupt.addEventListener("click", actions.interrupt);
  captionsButton.addEventListener("click", toggleCaptions);
  end.addEventListener("click", () => endDialog.showModal());
  endDialog.addEventListener("close", () => {
    if (endDialog.returnValue === "end") actions.end();
    endDialog.returnValue = "";
  });
  bindShortcuts(parts, {
    m: () => mute.click(),
    i: () => interrupt.click(),
    c: toggleCaptions,
    "?": () => parts.help.togglePopover(),
  });
}

function captionsShown({ captionsButton }: RoomElements): boolean {
  return captionsButton.getAttribute("aria-pressed") === "true";
}

function showCaptions({ root, captionsButton }: RoomElements, shown: boolean): void {
  captionsButton.setAttribute("aria-pressed", String(shown));
  root.toggleAttribute("data-captions", shown);
  localStorage.setItem(CAPTIONS_KEY, shown ? "on" : "off");
}

/** Makes the page look as the state says. */
export function showState(parts: RoomElements, state: RoomState): void {
  const mood = moodOf(state);
  parts.root.dataset["state"] = mood;
  parts.root.dataset["microphone"] = state.microphone;
  parts.chip.textContent = moodWords(state);
  parts.quality.dataset["quality"] = state.quality;
  parts.quality.setAttribute("aria-label", QUALITY_WORDS[state.quality]);
  parts.quality.title = QUALITY_WORDS[state.quality];
  const canMute = state.microphone === "on" || state.microphone === "muted";
  parts.mute.disabled = !canMute || isOver(state);
  parts.mute.setAttribute("aria-pressed", String(state.microphone === "muted"));
  parts.interrupt.disabled = mood !== "speaking";
  parts.end.disabled = isOver(state) || mood === "ending";
}

export function showLevel(meter: HTMLElement, level: number): void {
  // Speech lies low on a linear scale; the square root spreads it over the meter.
  const share = Math.min(1, Math.sqrt(level) * 1.6);
  meter.style.setProperty("--level", share.toFixed(2));
  meter.setAttribute("aria-valuenow", String(Math.round(share * 100)));
}

import type { RoomElements } from "./elements.ts";

const KEY = "room-shortcuts";

/**
 * Single keys, off by a switch that is remembered (WCAG 2.1.4): people who dictate to their
 * computer would otherwise mute themselves by saying a word.
 */
export function bindShortcuts(
  { shortcuts, endDialog }: RoomElements,
  keys: Record<string, () => void>,
): void {
  shortcuts.checked = localStorage.getItem(KEY) !== "off";
  shortcuts.addEventListener("change", () => {
    localStorage.setItem(KEY, shortcuts.checked ? "on" : "off");
  });
  document.addEventListener("keydown", (event) => {
    const act = keys[event.key.toLowerCase()];
    if (act === undefined || !shortcuts.checked || endDialog.open || isTyping(event)) return;
    event.preventDefault();
    act();
  });
}

function isTyping(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return true;
  const target = event.target instanceof Element ? event.target : null;
  return target?.closest("input:not([type=checkbox]), select, textarea") !== null;
}

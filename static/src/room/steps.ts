import type { RoomState, StepName } from "./state.ts";

export interface StepLine {
  name: StepName;
  words: string;
  progress: "done" | "current" | "todo";
  /** Seconds from the request to the end of this step; to now for the current one. */
  seconds: number | null;
}

const WORDS: [StepName, string][] = [
  ["requested", "Request received"],
  ["claimed", "Picked up by a worker"],
  ["minted", "Room reserved"],
  ["started", "Avatar started"],
  ["joined", "Joined the room"],
  ["picture", "Picture and sound"],
];

/** What has happened between the click and the first picture, and what happens now. */
export function stepLines(state: RoomState, now: number): StepLine[] {
  const times = { ...state.facts.steps, ...state.ownSteps };
  const from = state.facts.requestedAt ?? times.requested ?? now;
  const last = WORDS.findLastIndex(([name]) => times[name] !== undefined);
  return WORDS.map(([name, words], index) => {
    const at = times[name];
    const progress = index <= last ? "done" : index === last + 1 ? "current" : "todo";
    const until = progress === "current" ? now : at;
    const seconds = until === undefined ? null : Math.max(0, (until - from) / 1000);
    return { name, words, progress, seconds };
  });
}

/** Shows the lines in a list, which is filled at the first call. */
export function showSteps(list: HTMLElement, lines: StepLine[]): void {
  if (list.childElementCount === 0) list.append(...lines.map(newItem));
  for (const line of lines) {
    const item = list.querySelector<HTMLElement>(`[data-step="${line.name}"]`);
    if (item === null) continue;
    item.dataset["progress"] = line.progress;
    if (line.progress === "current") item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
    const time = item.querySelector("[data-step-time]");
    if (time !== null) time.textContent = line.seconds === null ? "" : `${line.seconds.toFixed(1)} s`;
  }
}

function newItem({ name, words }: StepLine): HTMLElement {
  const item = document.createElement("li");
  item.className = "step";
  item.dataset["step"] = name;
  const label = document.createElement("span");
  label.textContent = words;
  const time = document.createElement("span");
  time.className = "step__time";
  time.dataset["stepTime"] = "";
  item.append(label, time);
  return item;
}

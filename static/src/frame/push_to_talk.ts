import type { FrameConfig } from "./config.ts";

/** Opens the microphone while, or after, a button or a key is pressed; turns stay OpenAI's. */
export class PushToTalk {
  #isTalking = false;

  constructor(
    private readonly config: Pick<FrameConfig, "pushToTalk" | "pushToTalkKey">,
    private readonly button: HTMLButtonElement,
    private readonly setTalking: (talking: boolean) => void,
  ) {}

  get isOn(): boolean {
    return this.config.pushToTalk !== "off";
  }

  /** Listens until the conversation is over; the next one has the same button. */
  bind(over: AbortSignal): void {
    this.button.hidden = !this.isOn;
    if (!this.isOn) return;
    const until = { signal: over };
    // The conversation before may have ended in the middle of a word.
    this.button.setAttribute("aria-pressed", "false");
    if (this.config.pushToTalk === "toggle") {
      this.button.addEventListener("click", () => this.#set(!this.#isTalking), until);
    } else {
      this.button.addEventListener("pointerdown", (event) => this.#press(event), until);
      for (const name of ["pointerup", "pointercancel", "blur"]) {
        this.button.addEventListener(name, () => this.#set(false), until);
      }
      // A key that is let go of in another window is never heard of here.
      window.addEventListener("blur", () => this.#set(false), until);
    }
    document.addEventListener("keydown", (event) => this.#key(event, true), until);
    document.addEventListener("keyup", (event) => this.#key(event, false), until);
  }

  #press(event: PointerEvent): void {
    this.button.setPointerCapture(event.pointerId);
    this.#set(true);
  }

  #key(event: KeyboardEvent, isDown: boolean): void {
    if (event.repeat) return isOurs(event, this.config.pushToTalkKey, this.button) ? event.preventDefault() : undefined;
    if (!isOurs(event, this.config.pushToTalkKey, this.button)) return;
    event.preventDefault();
    if (this.config.pushToTalk === "hold") this.#set(isDown);
    else if (isDown) this.#set(!this.#isTalking);
  }

  #set(talking: boolean): void {
    if (talking === this.#isTalking) return;
    this.#isTalking = talking;
    this.button.setAttribute("aria-pressed", String(talking));
    this.setTalking(talking);
  }
}

/** Keys belong to what has the focus: a text field, a menu, another button. */
export function isOurs(
  event: Pick<KeyboardEvent, "code" | "target" | "ctrlKey" | "metaKey" | "altKey">,
  key: string,
  button: EventTarget,
): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.target === button) return ["Space", "Enter", key].includes(event.code);
  if (key === "" || event.code !== key) return false;
  const target = event.target as Partial<Element> | null;
  return !target?.closest?.("button, a, input, select, textarea, summary");
}

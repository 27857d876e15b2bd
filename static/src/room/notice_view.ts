import type { ActionName, Notice, NoticeAction } from "./notices.ts";

/** Shows one notice at a time in its place in the page, and hands on what was pressed. */
export class NoticeView<Action extends string = ActionName> {
  #shown = "";

  constructor(
    private readonly root: HTMLElement,
    private readonly onAction: (action: Action, notice: string) => void,
  ) {}

  show(notice: Notice<Action> | null): void {
    const fingerprint = JSON.stringify(notice);
    // Written again, the same words would be read aloud again.
    if (fingerprint === this.#shown) return;
    this.#shown = fingerprint;
    this.root.dataset["notice"] = notice?.name ?? "";
    this.root.dataset["tone"] = notice?.tone ?? "";
    this.root.toggleAttribute("data-blocks", notice?.blocks ?? false);
    this.root.replaceChildren(...(notice === null ? [] : this.#content(notice)));
    if (notice?.blocks && isFocusLost()) this.root.querySelector<HTMLElement>("[data-action]")?.focus();
  }

  #content(notice: Notice<Action>): HTMLElement[] {
    const words = element("div", "room-notice__words");
    words.append(
      element("p", "room-notice__title", notice.title),
      element("p", "room-notice__body", notice.body),
    );
    if (notice.actions.length === 0) return [words];
    const actions = element("div", "room-notice__actions");
    actions.append(...notice.actions.map((action) => this.#action(action, notice.name)));
    return [words, actions];
  }

  #action({ name, words, primary, href }: NoticeAction<Action>, notice: string): HTMLElement {
    const className = primary ? "button button--primary" : "button";
    const made = element(href === undefined ? "button" : "a", className, words);
    made.dataset["action"] = name;
    if (made instanceof HTMLAnchorElement) made.href = href ?? "";
    else made.addEventListener("click", () => this.onAction(name, notice));
    return made;
  }
}

/** The button that was pressed last may have been disabled since, or have gone. */
function isFocusLost(): boolean {
  const focused = document.activeElement;
  return focused === null || focused === document.body || focused.matches(":disabled");
}

function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
  text = "",
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  if (made instanceof HTMLButtonElement) made.type = "button";
  return made;
}

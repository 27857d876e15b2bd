const SETTLED_MS = 400;

/**
 * Draws the preview again whenever the form has changed and rested. Each drawing has a frame of
 * its own: it leaves nothing in the browser's history, and shows itself once it is there.
 */
export function bindPreview(form: HTMLFormElement): void {
  const button = document.querySelector<HTMLButtonElement>("[data-preview]");
  const frame = document.querySelector<HTMLIFrameElement>("iframe[name=widget-preview]");
  if (button === null || frame === null) return;
  let newest = frame;
  let drawn = "";
  let count = 0;
  let timer = 0;

  const draw = (): void => {
    const look = lookOf(form);
    if (look === drawn) return;
    drawn = look;
    newest = anew(newest, `widget-preview-${++count}`);
    button.formTarget = newest.name;
    form.requestSubmit(button);
  };
  const drawSoon = (): void => {
    window.clearTimeout(timer);
    timer = window.setTimeout(draw, SETTLED_MS);
  };
  form.addEventListener("input", drawSoon);
  form.addEventListener("change", drawSoon);
  // It belongs to the form by its `form` attribute, but its events do not pass there.
  document.getElementById("preview_open")?.addEventListener("change", drawSoon);
  for (const choice of pageChoices()) choice.addEventListener("change", () => lightOf(newest));
  button.addEventListener("click", (event) => {
    event.preventDefault();
    drawn = "";
    draw();
  });
  draw();
}

/** Everything that is sent but the token. */
function lookOf(form: HTMLFormElement): string {
  const pairs = [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken");
  return JSON.stringify(pairs);
}

/** A frame over the one before, unseen until its page is there; those under it go then. */
function anew(before: HTMLIFrameElement, name: string): HTMLIFrameElement {
  const after = before.cloneNode() as HTMLIFrameElement;
  after.name = name;
  after.dataset["loading"] = "";
  after.addEventListener("load", () => {
    if (after.contentDocument?.URL === "about:blank") return;
    lightOf(after);
    delete after.dataset["loading"];
    while (after.previousElementSibling !== null) after.previousElementSibling.remove();
  });
  before.after(after);
  return after;
}

function pageChoices(): NodeListOf<HTMLInputElement> {
  return document.querySelectorAll("input[name=preview_page]");
}

/** Shows the page behind the widget in the light that was chosen. */
function lightOf(frame: HTMLIFrameElement): void {
  const chosen = [...pageChoices()].find((choice) => choice.checked);
  const root = frame.contentDocument?.documentElement;
  if (root !== undefined && chosen !== undefined) root.dataset["theme"] = chosen.value;
}

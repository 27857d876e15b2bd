const SETTLED_MS = 400;

/**
 * Draws the preview again whenever the form has changed and rested. Each drawing has a frame of
 * its own: it leaves nothing in the browser's history, and shows itself once it is there.
 */
export function bindPreview(form: HTMLFormElement): void {
  const button = document.querySelector<HTMLButtonElement>("[data-preview]");
  const frame = document.querySelector<HTMLIFrameElement>("iframe[name=widget-preview]");
  if (button === null || frame === null) return;
  let shown = frame;
  let drawn = "";
  let timer = 0;

  const draw = (): void => {
    const look = lookOf(form);
    if (look === drawn) return;
    drawn = look;
    shown = replace(shown);
    form.requestSubmit(button);
  };
  const drawSoon = (): void => {
    window.clearTimeout(timer);
    timer = window.setTimeout(draw, SETTLED_MS);
  };
  form.addEventListener("input", drawSoon);
  form.addEventListener("change", drawSoon);
  // A control outside the form belongs to it by its `form` attribute; its events pass elsewhere.
  document.getElementById("preview_open")?.addEventListener("change", drawSoon);
  button.addEventListener("click", (event) => {
    event.preventDefault();
    drawn = "";
    draw();
  });
  draw();
}

/** Everything but the token: what a change of it would draw anew. */
function lookOf(form: HTMLFormElement): string {
  const pairs = [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken");
  return JSON.stringify(pairs);
}

function replace(before: HTMLIFrameElement): HTMLIFrameElement {
  const after = before.cloneNode() as HTMLIFrameElement;
  before.removeAttribute("name");
  before.after(after);
  after.addEventListener("load", () => {
    if (after.contentDocument?.URL !== "about:blank") before.remove();
  });
  return after;
}

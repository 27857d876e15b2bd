import { AA, contrast, nearestReadable, parseColour } from "./colours.ts";

/** A picker beside each colour, and the verdict on the pair while one chooses. */
export function bindColours(form: HTMLFormElement): void {
  const accent = form.querySelector<HTMLInputElement>("#id_accent");
  const text = form.querySelector<HTMLInputElement>("#id_accent_text");
  const verdict = form.querySelector<HTMLElement>("[data-contrast]");
  const nearest = form.querySelector<HTMLButtonElement>("[data-nearest]");
  if (accent === null || text === null || verdict === null || nearest === null) return;
  for (const field of [accent, text]) bindPicker(form, field);

  // What the server said about the saved pair is said until one of them changes.
  let told = form.querySelector<HTMLElement>("#id_accent_error");
  const judge = (): void => {
    const [ground, ink] = [parseColour(accent.value), parseColour(text.value)];
    const ratio = ground !== null && ink !== null ? contrast(ground, ink) : null;
    nearest.hidden = true;
    verdict.removeAttribute("data-verdict");
    if (ground === null || ink === null || ratio === null) {
      verdict.textContent = "Write colours as #rrggbb.";
    } else if (ratio >= AA) {
      verdict.dataset["verdict"] = "good";
      verdict.textContent = `Easy to read: contrast ${shown(ratio)} to 1.`;
    } else {
      verdict.dataset["verdict"] = "bad";
      const words = `Hard to read: contrast ${shown(ratio)} to 1, at least 4.5 is needed.`;
      verdict.textContent = told === null ? words : "";
      nearest.value = nearestReadable(ground, ink);
      nearest.replaceChildren(swatch(nearest.value), `Use ${nearest.value}`);
      nearest.hidden = false;
    }
  };
  for (const field of [accent, text]) {
    field.addEventListener("input", () => {
      told?.remove();
      told = null;
      accent.removeAttribute("aria-invalid");
      judge();
    });
  }
  nearest.addEventListener("click", (event) => {
    event.preventDefault();
    accent.value = nearest.value;
    accent.dispatchEvent(new Event("input", { bubbles: true }));
    accent.focus();
  });
  judge();
}

/** Cut, not rounded: what falls short must not read as 4.5. */
function shown(ratio: number): string {
  return (Math.floor(ratio * 10) / 10).toFixed(1);
}

function bindPicker(form: HTMLFormElement, field: HTMLInputElement): void {
  const picker = form.querySelector<HTMLInputElement>(`[data-picks="${field.id}"]`);
  if (picker === null) return;
  const follow = (): void => {
    picker.value = parseColour(field.value) ?? picker.value;
  };
  picker.hidden = false;
  picker.addEventListener("input", () => {
    field.value = picker.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  field.addEventListener("input", follow);
  follow();
}

function swatch(colour: string): SVGSVGElement {
  const name = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(name, "svg");
  const rect = document.createElementNS(name, "rect");
  svg.setAttribute("class", "swatch");
  svg.setAttribute("aria-hidden", "true");
  for (const side of ["width", "height"]) rect.setAttribute(side, "100%");
  rect.setAttribute("fill", colour);
  svg.append(rect);
  return svg;
}

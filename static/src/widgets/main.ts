import { bindColours } from "./colour_fields.ts";
import { bindCopying } from "./copying.ts";
import { bindLimits } from "./limits.ts";
import { bindPreview } from "./preview.ts";
import { bindSteps } from "./steps.ts";
import { bindWords } from "./words.ts";

bindCopying();
const form = document.querySelector<HTMLFormElement>("#widget-form");
if (form !== null) {
  bindSteps(form);
  bindColours(form);
  bindLimits(form);
  bindWords(form);
  bindPreview(form);
}

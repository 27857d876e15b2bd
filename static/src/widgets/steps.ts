type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/**
 * Shows a long form a step at a time, each with its own address, so that the browser's Back goes a
 * step back. A step opens that has something wrong in it; later ones wait until it is right.
 */
export function bindSteps(form: HTMLFormElement): void {
  const steps = [...form.querySelectorAll<HTMLElement>("[data-step]")];
  markWrong(form, steps);
  if (!("steps" in form.dataset)) return focusWrong(steps);
  const back = form.querySelector<HTMLButtonElement>("[data-back]");
  const next = form.querySelector<HTMLButtonElement>("[data-next]");
  const save = form.querySelector<HTMLButtonElement>("[data-save]");
  if (back === null || next === null || save === null) return;
  let current = Math.max(0, firstWrong(steps));

  const show = (at: number, focus: boolean): void => {
    current = at;
    for (const [index, step] of steps.entries()) {
      step.hidden = index !== at;
      const link = linkTo(form, step);
      link?.toggleAttribute("data-done", index < at);
      if (index === at) link?.setAttribute("aria-current", "step");
      else link?.removeAttribute("aria-current");
    }
    back.hidden = at === 0;
    next.hidden = at === steps.length - 1;
    save.hidden = !next.hidden;
    if (focus) steps[at]?.querySelector<HTMLElement>("h2")?.focus();
  };
  const go = (at: number): void => {
    const stuck = steps.slice(0, at).findIndex((step) => !isRight(step));
    const reached = stuck === -1 ? at : stuck;
    if (reached !== current) show(reached, true);
    if (stuck === -1) return;
    readdress(steps[stuck]);
    complain(steps[stuck]);
  };
  const follow = (): void => {
    const asked = steps.findIndex((step) => `#${step.id}` === window.location.hash);
    go(asked === -1 ? 0 : asked);
  };

  // The browser cannot point at a field of a hidden step, so each step is checked here.
  form.noValidate = true;
  back.addEventListener("click", () => open(steps[current - 1]));
  next.addEventListener("click", () => {
    const here = steps[current];
    if (here !== undefined && !isRight(here)) complain(here);
    else open(steps[current + 1]);
  });
  form.addEventListener("submit", (event) => {
    const submitter = event.submitter as HTMLButtonElement | null;
    if (submitter?.formNoValidate) return;
    const wrong = steps.findIndex((step) => !isRight(step));
    if (current === steps.length - 1 && wrong === -1) return;
    event.preventDefault();
    if (current < steps.length - 1) next.click();
    else go(steps.length);
  });
  window.addEventListener("hashchange", follow);
  show(current, false);
  if (firstWrong(steps) === -1) {
    if (window.location.hash !== "") follow();
  } else {
    readdress(steps[current]);
    // Later than the browser's own jump to the address, which takes the focus away.
    window.addEventListener("load", () => window.setTimeout(() => focusWrong(steps)));
  }
}

function open(step: HTMLElement | undefined): void {
  if (step !== undefined) window.location.hash = step.id;
}

/** Without a new entry in the history, and without the jump that would take the focus away. */
function readdress(step: HTMLElement | undefined): void {
  if (step !== undefined) window.history.replaceState(null, "", `#${step.id}`);
}

function fieldsOf(step: HTMLElement): Field[] {
  return [...step.querySelectorAll<Field>("input, select, textarea")];
}

function isRight(step: HTMLElement): boolean {
  return fieldsOf(step).every((field) => field.checkValidity());
}

/** Opens whatever hides the first bad field, and lets the browser say what is wrong with it. */
function complain(step: HTMLElement | undefined): void {
  const bad = step && fieldsOf(step).find((field) => !field.checkValidity());
  bad?.closest("details")?.setAttribute("open", "");
  bad?.reportValidity();
}

function firstWrong(steps: HTMLElement[]): number {
  return steps.findIndex((step) => step.querySelector(".errorlist") !== null);
}

function focusWrong(steps: HTMLElement[]): void {
  const list = steps[firstWrong(steps)]?.querySelector(".errorlist");
  const field = list?.closest(".field")?.querySelector<Field>("input, select, textarea");
  field?.focus();
}

function markWrong(form: HTMLFormElement, steps: HTMLElement[]): void {
  for (const step of steps) {
    const isWrong = step.querySelector(".errorlist") !== null;
    linkTo(form, step)?.toggleAttribute("data-wrong", isWrong);
  }
}

function linkTo(form: HTMLFormElement, step: HTMLElement): HTMLAnchorElement | null {
  return form.querySelector(`.steps a[href="#${step.id}"]`);
}

/** Keeps what is said about the limits true while they are typed. */
export function bindLimits(form: HTMLFormElement): void {
  const say = (): void => {
    for (const mirror of form.querySelectorAll<HTMLElement>("[data-mirrors]")) {
      mirror.textContent = valueOf(mirror.dataset["mirrors"] ?? "") || "…";
    }
    for (const note of form.querySelectorAll<HTMLElement>("[data-most]")) {
      note.toggleAttribute("data-exceeded", exceeds(note.dataset["most"] ?? "", valueOf));
    }
  };
  form.addEventListener("input", say);
  say();
}

/** Whether any field is above its most: `id_one=3 id_other=1000`. */
export function exceeds(most: string, valueOf: (id: string) => string): boolean {
  return most.split(" ").some((pair) => {
    const [id = "", limit] = pair.split("=");
    return Number(valueOf(id)) > Number(limit);
  });
}

function valueOf(id: string): string {
  const field = document.getElementById(id);
  return field instanceof HTMLInputElement ? field.value : "";
}

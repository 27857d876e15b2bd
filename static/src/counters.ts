/** `data-count` on a field is its limit; `output[data-count-of=<id>]` shows how full it is. */
export function bindCounters(root: ParentNode): void {
  for (const field of root.querySelectorAll<HTMLTextAreaElement>("[data-count]")) {
    const output = document.querySelector<HTMLElement>(`[data-count-of="${field.id}"]`);
    if (output === null || field.dataset["counted"] !== undefined) continue;
    field.dataset["counted"] = "";
    const limit = Number(field.dataset["count"]);
    const show = (): void => {
      const length = countCharacters(field.value);
      output.textContent = countWords(length, limit);
      output.toggleAttribute("data-over", length > limit);
    };
    field.addEventListener("input", show);
    show();
  }
}

/** As the server counts them: code points, not the UTF-16 units of `length`. */
export function countCharacters(text: string): number {
  return [...text].length;
}

export function countWords(length: number, limit: number): string {
  return `${length.toLocaleString("en")} of ${limit.toLocaleString("en")} characters`;
}

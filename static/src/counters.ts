/** `data-count` on a field names the element that shows how many characters of how many it holds. */
export function bindCounters(root: ParentNode): void {
  for (const field of root.querySelectorAll<HTMLTextAreaElement>("[data-count]")) {
    const output = document.getElementById(field.dataset["count"] ?? "");
    if (output === null || field.dataset["counted"] !== undefined) continue;
    field.dataset["counted"] = "";
    const limit = Number(field.dataset["limit"] ?? 0);
    const show = (): void => {
      const length = countCharacters(field.value);
      output.textContent = countWords(length, limit);
      output.toggleAttribute("data-over", limit > 0 && length > limit);
    };
    field.addEventListener("input", show);
    show();
  }
}

/** As the server counts: by code points, a line break as one or, when sent, two characters. */
export function countCharacters(text: string): number {
  return [...text].length;
}

export function countWords(length: number, limit: number): string {
  const figure = length.toLocaleString("en");
  return limit > 0 ? `${figure} of ${limit.toLocaleString("en")}` : figure;
}

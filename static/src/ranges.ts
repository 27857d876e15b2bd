/** Keeps a slider and the number beside it equal: `data-range-for` names the number's id. */
export function bindRanges(root: ParentNode): void {
  for (const slider of root.querySelectorAll<HTMLInputElement>("[data-range-for]")) {
    const number = document.getElementById(slider.dataset["rangeFor"] ?? "");
    if (!(number instanceof HTMLInputElement)) continue;
    slider.hidden = false;
    slider.value = number.value;
    slider.addEventListener("input", () => (number.value = slider.value));
    number.addEventListener("input", () => (slider.value = number.value));
  }
}

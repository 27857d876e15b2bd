/** An address says only what is asked for: fields left empty do not go into it. */
export function bindFilters(): void {
  document.addEventListener("formdata", ({ target, formData }) => {
    if (!(target instanceof HTMLFormElement) || !target.hasAttribute("data-filters")) return;
    for (const [name, value] of [...formData]) {
      if (value === "") formData.delete(name);
    }
  });
}

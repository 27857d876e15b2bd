type Words = Record<string, Record<string, string>>;

/** Shows, in each empty field, what visitors read there: by language, with the avatar's name. */
export function bindWords(form: HTMLFormElement): void {
  const words: Words = JSON.parse(document.getElementById("widget-words")?.textContent ?? "{}");
  const show = (): void => {
    const data = new FormData(form);
    const chosen = form.querySelector<HTMLInputElement>("input[name=avatar]:checked");
    const name = chosen?.dataset["name"] ?? "the avatar";
    const texts = words[String(data.get("language"))] ?? words["en"] ?? {};
    for (const [field, text] of Object.entries(texts)) {
      const input = form.elements.namedItem(field);
      if (input instanceof HTMLInputElement || input instanceof HTMLTextAreaElement) {
        input.placeholder = text.replaceAll("{avatar}", name);
      }
    }
  };
  form.addEventListener("change", show);
  show();
}

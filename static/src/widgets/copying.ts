const SAYS_SO_MS = 2500;

/** `button[data-copy=<id>]` copies that element's text, and says that it did. */
export function bindCopying(): void {
  const status = document.querySelector("[data-copied]");
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-copy]")) {
    const code = document.getElementById(button.dataset["copy"] ?? "");
    const words = button.querySelector("[data-copy-words]");
    if (code === null || words === null) continue;
    const before = words.textContent;
    let timer = 0;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const copied = await copy(code);
      words.textContent = copied ? "Copied" : "Selected: press Ctrl+C";
      if (status !== null) status.textContent = words.textContent;
      window.clearTimeout(timer);
      timer = window.setTimeout(() => {
        words.textContent = before;
        if (status !== null) status.textContent = "";
      }, SAYS_SO_MS);
    });
  }
}

/** Where the clipboard is refused, the text is selected, and the person copies it. */
async function copy(code: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(code.textContent ?? "");
    return true;
  } catch {
    window.getSelection()?.selectAllChildren(code);
    return false;
  }
}

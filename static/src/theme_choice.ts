/** The light, dark or system choice; kept on this device and applied by theme.ts before paint. */
export function bindThemeChoice(): void {
  const choices = document.querySelectorAll<HTMLInputElement>("input[name=theme]");
  const current = document.documentElement.dataset["theme"] ?? "system";
  for (const choice of choices) {
    choice.checked = choice.value === current;
    choice.addEventListener("change", () => choose(choice.value));
  }
}

function choose(theme: string): void {
  if (theme === "system") {
    localStorage.removeItem("theme");
    delete document.documentElement.dataset["theme"];
  } else {
    localStorage.setItem("theme", theme);
    document.documentElement.dataset["theme"] = theme;
  }
}

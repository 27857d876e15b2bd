/** Only sandbox avatars can be chosen for a sandbox session; the server says the same again. */
export function bindSandboxChoice(): void {
  const sandbox = document.querySelector<HTMLInputElement>("input[name=is_sandbox]");
  const avatars = [...document.querySelectorAll<HTMLInputElement>(".avatar-choice input")];
  if (sandbox === null || avatars.length === 0) return;
  const apply = (): void => {
    for (const avatar of avatars) avatar.disabled = sandbox.checked && !worksInSandbox(avatar);
    const chosen = avatars.find((avatar) => avatar.checked);
    if (chosen?.disabled) chooseFirst(avatars);
  };
  sandbox.addEventListener("change", apply);
  apply();
}

function worksInSandbox(avatar: HTMLInputElement): boolean {
  return avatar.closest("[data-sandbox]") !== null;
}

function chooseFirst(avatars: HTMLInputElement[]): void {
  const first = avatars.find((avatar) => !avatar.disabled);
  if (first !== undefined) first.checked = true;
}

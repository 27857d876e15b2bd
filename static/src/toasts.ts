const STAYS_MS = 7000;

/** Success fades by itself; what needs reading stays until it is closed or the page changes. */
export function bindToasts(): void {
  for (const toast of document.querySelectorAll<HTMLElement>(".toast")) {
    const close = toast.querySelector<HTMLButtonElement>(".toast__close");
    close?.addEventListener("click", () => toast.remove());
    if (close !== null) close.hidden = false;
    if (toast.classList.contains("toast--success")) leaveUnlessRead(toast);
  }
}

function leaveUnlessRead(toast: HTMLElement): void {
  let timer = window.setTimeout(() => toast.remove(), STAYS_MS);
  const stay = (): void => window.clearTimeout(timer);
  const leave = (): void => {
    stay();
    timer = window.setTimeout(() => toast.remove(), STAYS_MS);
  };
  toast.addEventListener("pointerenter", stay);
  toast.addEventListener("pointerleave", leave);
  toast.addEventListener("focusin", stay);
  toast.addEventListener("focusout", leave);
}

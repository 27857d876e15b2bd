/** Puts a popover beside the button that opened it; anchor positioning is not everywhere yet. */
export function bindMenus(): void {
  for (const menu of document.querySelectorAll<HTMLElement>("[popover].menu")) {
    menu.addEventListener("toggle", (event) => {
      const opener = document.querySelector<HTMLElement>(`[popovertarget="${menu.id}"]`);
      if ((event as ToggleEvent).newState === "open" && opener !== null) place(menu, opener);
    });
  }
}

const MARGIN = 8;

function place(menu: HTMLElement, opener: HTMLElement): void {
  const from = opener.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  const below = from.bottom + MARGIN + size.height <= window.innerHeight;
  const top = below ? from.bottom + MARGIN : from.top - MARGIN - size.height;
  const left = Math.min(from.left, window.innerWidth - size.width - MARGIN);
  menu.style.top = `${Math.max(MARGIN, top)}px`;
  menu.style.left = `${Math.max(MARGIN, left)}px`;
}

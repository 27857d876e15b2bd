import { bindCounters } from "./counters.ts";
import { bindLiveFigures, countLiveFigures } from "./live_figures.ts";
import { showLocalTimes } from "./local_times.ts";
import { bindExports } from "./exports/main.ts";
import { bindFilters } from "./filters.ts";
import { bindMenus } from "./menus.ts";
import { bindRanges } from "./ranges.ts";
import { bindSandboxChoice } from "./sandbox_choice.ts";
import { bindThemeChoice } from "./theme_choice.ts";
import { bindToasts } from "./toasts.ts";
import { watchPage } from "./watch_page.ts";

function bind(root: ParentNode): void {
  bindCounters(root);
  bindRanges(root);
  bindLiveFigures(root);
  showLocalTimes(root);
}

bind(document);
bindExports();
bindFilters();
bindMenus();
countLiveFigures();
bindSandboxChoice();
bindThemeChoice();
bindToasts();
watchPage();
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target instanceof Element) bind(event.target.parentElement ?? event.target);
});

// The room page: follows the session on the server, joins its room, and shows how things stand.
import { ServerClock } from "./clock.ts";
import { readConfig } from "./config.ts";
import { findElements } from "./elements.ts";
import { RoomPage } from "./page.ts";

const config = readConfig();
const page = new RoomPage({
  config,
  clock: new ServerClock(),
  parts: findElements(),
  clicked: clickedAt(),
  // Asked for at once, so that the library is here before the room is.
  media: import("./media.ts"),
});
if (config.successorUrl) window.location.replace(config.successorUrl);
else void page.run();

/** A form that starts a session and the redirect to here are one navigation, begun by the click. */
function clickedAt(): number | null {
  const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  const isFromForm = navigation?.type === "navigate" && navigation.redirectCount > 0;
  return isFromForm ? 0 : null;
}

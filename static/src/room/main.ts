// The room page: follows the session on the server, joins its room, and shows how things stand.
import { createApi, memberTransport } from "./api.ts";
import { ServerClock } from "./clock.ts";
import { factsBeforeAsking, readConfig } from "./config.ts";
import { findElements } from "./elements.ts";
import { RoomPage } from "./page.ts";
import { initialState, reduce } from "./state.ts";
import { createStore } from "./store.ts";

const config = readConfig();
const clock = new ServerClock();
const page = new RoomPage({
  config,
  clock,
  api: createApi(memberTransport(config), clock),
  store: createStore(reduce, initialState(factsBeforeAsking(config))),
  parts: findElements(),
  hosts: localStorage,
  clicked: clickedAt(),
  // Asked for at once, so that the library is here before the room is.
  media: import("./media.ts"),
});
void page.run();

/** A form that starts a session and the redirect to here are one navigation, begun by the click. */
function clickedAt(): number | null {
  const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  const isFromForm = navigation?.type === "navigate" && navigation.redirectCount > 0;
  return isFromForm ? 0 : null;
}

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
  // Asked for at once, so that the library is here before the room is.
  media: import("./media.ts"),
});
void page.run();

import { type Api, createApi, memberTransport } from "./api.ts";
import type { ServerClock } from "./clock.ts";
import type { RoomConfig } from "./config.ts";
import { Conversation, type ConversationParts } from "./conversation.ts";
import { Following } from "./following.ts";
import { isOver } from "./moods.ts";
import { type Facts, initialState, reduce, type RoomEvent, type RoomState } from "./state.ts";
import { createStore, type Store } from "./store.ts";
import { WakeLock } from "./wake_lock.ts";
import { keepWatchdogs } from "./watchdogs.ts";

const ASK_AGAIN_MS = 3_000;

type Own = "api" | "store" | "roomHost" | "lookAgain";

export interface SittingParts extends Omit<ConversationParts, Own> {
  config: RoomConfig;
  clock: ServerClock;
  facts: Facts;
}

/** One session as this page takes part in it: followed on the server, and joined when it is live. */
export class Sitting {
  readonly config: RoomConfig;
  readonly video: HTMLVideoElement;
  readonly api: Api;
  readonly store: Store<RoomState, RoomEvent>;
  readonly conversation: Conversation;
  readonly #following: Following;

  constructor(parts: SittingParts) {
    this.config = parts.config;
    this.video = parts.video;
    this.api = createApi(memberTransport(parts.config), parts.clock);
    this.store = createStore(reduce, initialState(parts.facts));
    this.#following = new Following(parts.config, this.api, this.store, () =>
      this.conversation.expectRoom(),
    );
    this.conversation = new Conversation({
      ...parts,
      api: this.api,
      store: this.store,
      roomHost: parts.config.roomHost,
      lookAgain: () => void this.refresh(),
    });
  }

  start(): void {
    this.#following.start();
    this.conversation.arrive(this.config.state);
    this.#act();
  }

  /** Reads the state anew; a server that does not answer is told of by itself. */
  async refresh(): Promise<void> {
    await this.#following.refresh().catch(() => undefined);
  }

  async extend(): Promise<void> {
    await this.api
      .extend()
      .catch(() => this.store.dispatch({ type: "dismissed", notice: "last_minute" }));
    await this.refresh();
  }

  /** The person wants no more of it. */
  async end(): Promise<void> {
    this.store.dispatch({ type: "ending", ending: true });
    await Promise.all([this.#insist(() => this.api.stop()), this.conversation.leave()]);
  }

  /** The person has gone on in the successor. */
  async makeWay(): Promise<void> {
    this.store.dispatch({ type: "ending", ending: true });
    await Promise.all([this.#insist(() => this.api.continued()), this.conversation.leave()]);
  }

  /** What follows from a state by itself. */
  #act(): void {
    const watchdogs = keepWatchdogs((worry, on) => {
      this.store.dispatch({ type: "worry", worry, on });
      if (worry === "silent") void this.api.report("silent").catch(() => undefined);
      if (worry === "no_picture") void this.#giveUp();
    });
    const wakeLock = new WakeLock();
    let joined = false;
    this.store.subscribe((state) => {
      watchdogs(state);
      wakeLock.set(state.link === "joined");
      if (state.facts.state === "live" && !joined) {
        joined = true;
        void this.conversation.join();
      }
      if (isOver(state)) void this.conversation.leave();
    });
  }

  async #giveUp(): Promise<void> {
    void this.api.report("no_picture").catch(() => undefined);
    await Promise.all([this.#insist(() => this.api.stop()), this.conversation.leave()]);
  }

  /** Asks until the server has heard it: what still runs is still billed. */
  async #insist(ask: () => Promise<void>): Promise<void> {
    while (!isOver(this.store.state)) {
      try {
        return await ask();
      } catch {
        this.store.dispatch({ type: "server_reachable", reachable: false });
        await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
      }
    }
  }
}

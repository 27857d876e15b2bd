import { watch } from "../watch.ts";
import { type Api, ApiError } from "./api.ts";
import type { RoomConfig } from "./config.ts";
import { keepPresent } from "./presence.ts";
import { isOver } from "./moods.ts";
import type { RoomEvent, RoomState } from "./state.ts";
import type { Store } from "./store.ts";

/** Follows the session on the server, and tells it that somebody is here, until it is over. */
export class Following {
  #stops: (() => void)[] = [];

  constructor(
    private readonly config: Pick<RoomConfig, "watchUrl" | "version">,
    private readonly api: Api,
    private readonly store: Store<RoomState, RoomEvent>,
    /** Something has changed on the server; what, is being asked. */
    private readonly onNews: () => void,
  ) {}

  start(): void {
    void this.refresh().catch(() => undefined);
    this.#stops = [
      keepPresent(this.api, {
        onAnswered: (answered) => this.#reachable(answered),
        onGone: () => void this.refresh().catch(() => undefined),
      }),
      watch({
        url: this.config.watchUrl,
        version: this.config.version,
        onVersion: (version) => {
          // The state may have been read since, for a change before: then this is no news.
          if (version <= this.store.state.facts.version) return;
          this.onNews();
          return this.refresh();
        },
        onExpired: () => this.#freshAddress(),
        onReachable: (reachable) => this.#reachable(reachable),
        evenHidden: true,
      }),
    ];
    this.store.subscribe((state) => {
      if (isOver(state)) this.stop();
    });
  }

  /** Reads the state anew; rejects when the server cannot be reached. */
  async refresh(): Promise<void> {
    try {
      this.store.dispatch({ type: "facts", facts: await this.api.facts() });
      this.#reachable(true);
    } catch (error) {
      if (error instanceof ApiError && (error.status === 403 || error.status === 404)) {
        return this.#shutOut();
      }
      this.#reachable(false);
      throw error;
    }
  }

  /** Ends watching and presence without a goodbye. */
  stop(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
  }

  async #freshAddress(): Promise<{ url: string; version: number } | null> {
    await this.refresh();
    const { facts } = this.store.state;
    return isOver(this.store.state) ? null : { url: facts.watchUrl, version: facts.version };
  }

  /** Whoever may not see the session any more hears nothing of it, but that it is over for them. */
  #shutOut(): void {
    const endMessage = "You may not see this conversation any more.";
    const facts = { ...this.store.state.facts, endReason: "member_gone", endMessage };
    this.store.dispatch({ type: "facts", facts: { ...facts, state: "ended", retryable: false } });
  }

  #reachable(reachable: boolean): void {
    this.store.dispatch({ type: "server_reachable", reachable });
  }
}

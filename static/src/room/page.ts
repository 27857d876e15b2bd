import type { Api } from "./api.ts";
import { type ServerClock, clockWords, timesAt, WARNING_SECONDS } from "./clock.ts";
import type { RoomConfig } from "./config.ts";
import { bindControls, showState } from "./controls.ts";
import { Conversation } from "./conversation.ts";
import { bindDevices } from "./devices.ts";
import type { RoomElements } from "./elements.ts";
import { Following } from "./following.ts";
import { LinesView } from "./lines_view.ts";
import { type ActionName, noticeFor } from "./notices.ts";
import { NoticeView } from "./notice_view.ts";
import { isOver, type RoomEvent, type RoomState } from "./state.ts";
import { showSteps, stepLines } from "./steps.ts";
import type { Store } from "./store.ts";
import { WakeLock } from "./wake_lock.ts";
import { keepWatchdogs } from "./watchdogs.ts";

const TICK_MS = 200;
const STOP_AGAIN_MS = 3_000;

export interface RoomPageParts {
  config: RoomConfig;
  clock: ServerClock;
  api: Api;
  store: Store<RoomState, RoomEvent>;
  parts: RoomElements;
  media: Promise<typeof import("./media.ts")>;
  hosts: Storage;
  /** When somebody clicked, by `performance.now`; null where this page has not seen it. */
  clicked: number | null;
}

/** Ties the session, the conversation and the page together. */
export class RoomPage {
  readonly #following: Following;
  readonly #conversation: Conversation;
  readonly #refreshDevices: () => Promise<void>;

  constructor(private readonly room: RoomPageParts) {
    const { config, api, store, parts, clock, media, hosts, clicked } = room;
    this.#following = new Following(config, api, store);
    this.#conversation = new Conversation({
      api,
      clock,
      store,
      media,
      hosts,
      clicked,
      video: parts.video,
      lines: new LinesView(parts, config.avatarName),
      showLevel: (level) => showLevel(parts.level, level),
      lookAgain: () => void this.#following.refresh().catch(() => undefined),
    });
    this.#conversation.arrive(config.state);
    this.#refreshDevices = bindDevices(parts, (kind, id) => {
      void this.#conversation.chooseDevice(kind, id);
    });
  }

  async run(): Promise<void> {
    const { store, parts } = this.room;
    bindControls(parts, {
      toggleMute: () => void this.#conversation.toggleMute(),
      interrupt: () => void this.#conversation.interrupt(),
      end: () => void this.#end(),
    });
    this.#bindNetwork();
    this.#showChanges();
    if (isOver(store.state)) return;
    this.#following.start();
    this.#act();
    window.setInterval(() => this.#tick(), TICK_MS);
    await this.#conversation.askForMicrophone();
    await this.#refreshDevices();
  }

  #showChanges(): void {
    const { store, parts, config } = this.room;
    const notice = new NoticeView(parts.notice, (action, name) => this.#answer(action, name));
    const context = {
      avatarName: config.avatarName,
      detailUrl: config.detailUrl,
      newSessionUrl: config.newSessionUrl,
      agent: navigator.userAgent,
    };
    store.subscribe((state) => {
      showState(parts, state);
      notice.show(noticeFor(state, context));
    });
    this.#tick();
  }

  /** What follows from a state by itself. */
  #act(): void {
    const { store, api } = this.room;
    const watchdogs = keepWatchdogs((worry, on) => {
      store.dispatch({ type: "worry", worry, on });
      if (worry === "silent") void api.report("silent").catch(() => undefined);
      if (worry === "no_picture") void this.#giveUp();
    });
    const wakeLock = new WakeLock();
    let joined = false;
    store.subscribe((state) => {
      watchdogs(state);
      wakeLock.set(state.link === "joined");
      if (state.facts.state === "live" && !joined) {
        joined = true;
        void this.#conversation.join();
      }
      if (isOver(state)) void this.#conversation.leave();
    });
  }

  #tick(): void {
    const { store, parts, clock } = this.room;
    const { facts } = store.state;
    const over = isOver(store.state);
    if (!over || facts.startedAt === null) showSteps(parts.steps, stepLines(store.state, clock.now()));
    const times = over ? null : timesAt(clock.now(), facts.startedAt, facts.limitAt);
    if (times === null) return;
    parts.elapsed.textContent = clockWords(times.elapsed);
    if (times.remaining === null) return;
    parts.remaining.textContent = clockWords(times.remaining);
    const isLast = facts.state === "live" && times.remaining <= WARNING_SECONDS;
    if (isLast && !store.state.worries.has("last_minute")) {
      store.dispatch({ type: "worry", worry: "last_minute", on: true });
    }
  }

  #bindNetwork(): void {
    const { store } = this.room;
    const tell = (): void => store.dispatch({ type: "online", online: navigator.onLine });
    window.addEventListener("online", tell);
    window.addEventListener("offline", tell);
  }

  #answer(action: ActionName, notice: string): void {
    const { store, parts } = this.room;
    switch (action) {
      case "again":
        return parts.again.requestSubmit();
      case "rejoin":
        return this.#conversation.rejoin();
      case "retry_microphone":
        return void this.#conversation.askForMicrophone().then(this.#refreshDevices);
      case "extend":
        return void this.#extend();
      case "start_sound":
        return void this.#conversation.startSound();
      case "dismiss":
        return store.dispatch({ type: "dismissed", notice });
    }
  }

  async #end(): Promise<void> {
    this.room.store.dispatch({ type: "ending", ending: true });
    await Promise.all([this.#stop(), this.#conversation.leave()]);
  }

  async #extend(): Promise<void> {
    const { api, store } = this.room;
    await api.extend().catch(() => store.dispatch({ type: "dismissed", notice: "last_minute" }));
    await this.#following.refresh().catch(() => undefined);
  }

  async #giveUp(): Promise<void> {
    void this.room.api.report("no_picture").catch(() => undefined);
    await Promise.all([this.#stop(), this.#conversation.leave()]);
  }

  /** Asks until the server has heard it: what still runs is still billed. */
  async #stop(): Promise<void> {
    while (!isOver(this.room.store.state)) {
      try {
        await this.room.api.stop();
        return;
      } catch {
        this.room.store.dispatch({ type: "server_reachable", reachable: false });
        await new Promise((resolve) => setTimeout(resolve, STOP_AGAIN_MS));
      }
    }
  }
}

function showLevel(meter: HTMLElement, level: number): void {
  // Speech lies low on a linear scale; the square root spreads it over the meter.
  const share = Math.min(1, Math.sqrt(level) * 1.6);
  meter.style.setProperty("--level", share.toFixed(2));
  meter.setAttribute("aria-valuenow", String(Math.round(share * 100)));
}

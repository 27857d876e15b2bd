// The conversation itself; loaded once somebody has clicked.
import { createApi, type StateAnswer, readFacts, type Transport } from "../room/api.ts";
import { clockWords, type ServerClock, timesAt, WARNING_SECONDS } from "../room/clock.ts";
import { Conversation } from "../room/conversation.ts";
import { bindDevices, type DeviceKind } from "../room/devices.ts";
import { Following } from "../room/following.ts";
import { NoticeView } from "../room/notice_view.ts";
import { isOver, moodOf } from "../room/moods.ts";
import { initialState, reduce, type RoomEvent, type RoomState } from "../room/state.ts";
import { createStore, type Store } from "../room/store.ts";
import { WakeLock } from "../room/wake_lock.ts";
import { keepWatchdogs } from "../room/watchdogs.ts";
import type { FrameConfig } from "./config.ts";
import { whoDenies } from "./denial.ts";
import type { Admission } from "./gate.ts";
import type { Host } from "./host.ts";
import { VisitorLines } from "./lines.ts";
import { PushToTalk } from "./push_to_talk.ts";
import type { Say } from "./texts.ts";
import type { FrameView } from "./view.ts";
import { type FrameAction, moodWords, noticeFor, stepWords } from "./words.ts";

const TICK_MS = 200;
const STOP_AGAIN_MS = 3_000;

export interface RoomParts {
  config: FrameConfig;
  clock: ServerClock;
  say: Say;
  view: FrameView;
  host: Host;
  /** When somebody clicked, by `performance.now`; null where this page has not seen it. */
  clicked: number | null;
  /** The conversation is over, here and on the server. */
  onOver(state: RoomState): void;
  reload(): void;
}

/** One conversation, from the click to its end. */
export class VisitorRoom {
  readonly lines: VisitorLines;
  readonly #store: Store<RoomState, RoomEvent>;
  readonly #api;
  readonly #conversation: Conversation;
  readonly #pushToTalk: PushToTalk;
  readonly #transport: Transport;
  readonly #admitted: (transport: Transport) => void;
  readonly #refreshDevices: () => Promise<void>;
  readonly #over = new AbortController();
  #following: Following | undefined;
  #timer: number | undefined;

  constructor(private readonly parts: RoomParts) {
    const { config, clock, say, view, host, clicked } = parts;
    const [transport, admitted] = deferred();
    this.#transport = transport;
    this.#admitted = admitted;
    this.#api = createApi(transport, clock);
    this.#store = createStore(reduce, initialState(readFacts(NOTHING_YET)));
    this.lines = new VisitorLines(view, { say, avatarName: config.avatarName }, (line) =>
      host.tell("transcript", { role: line.who, text: line.text }),
    );
    this.#conversation = new Conversation({
      api: this.#api,
      clock,
      store: this.#store,
      media: import("../room/media.ts"),
      video: view.video,
      lines: this.lines,
      roomHost: config.roomHost,
      clicked,
      isSilent: false,
      showLevel: (level) => view.level.style.setProperty("--level", Math.sqrt(level).toFixed(2)),
      lookAgain: () => void this.#following?.refresh().catch(() => undefined),
    });
    this.#pushToTalk = new PushToTalk(config, view.talk, (talking) => {
      if (this.#canMute) void this.#conversation.setMuted(!talking);
    });
    const choose = (kind: DeviceKind, id: string): void => void this.#conversation.chooseDevice(kind, id);
    this.#refreshDevices = bindDevices(view, choose, this.#over.signal);
  }

  /** Asks for the microphone, and joins once `admission` is there; rejects when it does not come. */
  async begin(admission: Promise<Admission>): Promise<void> {
    this.#bind();
    const able = Promise.all([this.#conversation.prepared(), this.#listen()]);
    // Errors come once it is admitted: before, there is nothing to end.
    able.catch(() => undefined);
    const { state, transport } = await admission.catch((error: unknown) => {
      this.#close();
      void this.#conversation.leave();
      throw error;
    });
    this.#admitted(transport);
    try {
      this.#follow(state);
      await able;
    } catch {
      await this.#giveUp();
    }
  }

  /** Ends it for good. */
  async end(): Promise<void> {
    this.#store.dispatch({ type: "ending", ending: true });
    await Promise.all([this.#stop(), this.#conversation.leave()]);
  }

  async judge(rating: string, comment: string): Promise<void> {
    await this.#transport.ask("/feedback", { rating, comment });
  }

  /** Lets go of the page, which the next conversation has as well. */
  #close(): void {
    window.clearInterval(this.#timer);
    this.#over.abort();
  }

  get #canMute(): boolean {
    const { microphone } = this.#store.state;
    return microphone === "on" || microphone === "muted";
  }

  async #listen(): Promise<void> {
    await this.#conversation.askForMicrophone();
    if (this.#pushToTalk.isOn && this.#canMute) await this.#conversation.setMuted(true);
    await this.#refreshDevices();
  }

  #follow(state: StateAnswer): void {
    this.#store.dispatch({ type: "facts", facts: readFacts(state) });
    const address = { watchUrl: state.watch_url, version: state.version };
    this.#following = new Following(address, this.#api, this.#store, () =>
      this.#conversation.expectRoom(),
    );
    this.#following.start();
    this.#conversation.arrive(state.state);
    this.#act();
  }

  #bind(): void {
    const { view, config } = this.parts;
    view.mute.onclick = () => void this.#conversation.toggleMute();
    view.interrupt.onclick = () => void this.#conversation.interrupt();
    view.end.onclick = () => void this.end();
    view.volume.oninput = () => void this.#conversation.setVolume(view.volume.valueAsNumber / 100);
    view.mute.hidden = this.#pushToTalk.isOn;
    this.#pushToTalk.bind(this.#over.signal);
    view.root.toggleAttribute("data-captions", config.captions);
    const tell = (): void => this.#store.dispatch({ type: "online", online: navigator.onLine });
    window.addEventListener("online", tell, { signal: this.#over.signal });
    window.addEventListener("offline", tell, { signal: this.#over.signal });
    this.#show();
  }

  #show(): void {
    const { view, say, host } = this.parts;
    const notice = new NoticeView<FrameAction>(view.notice, (action, name) => this.#answer(action, name));
    this.#store.subscribe((state) => {
      if (this.#over.signal.aborted) return;
      const mood = moodOf(state);
      view.root.dataset["state"] = mood;
      view.root.dataset["microphone"] = state.microphone;
      view.chip.textContent = moodWords(state, say);
      view.video.toggleAttribute("data-shown", state.ownSteps.picture !== undefined);
      view.mute.disabled = !this.#canMute;
      view.talk.disabled = !this.#canMute;
      view.mute.setAttribute("aria-pressed", String(state.microphone === "muted"));
      view.interrupt.disabled = mood !== "speaking";
      view.end.disabled = mood === "ending";
      notice.show(isOver(state) ? null : noticeFor(state, { say, denial: whoDenies(host.hasLoader) }));
    });
    this.#timer = window.setInterval(() => this.#tick(), TICK_MS);
  }

  /** What follows from a state by itself. */
  #act(): void {
    const { host, onOver } = this.parts;
    const watchdogs = keepWatchdogs((worry, on) => {
      if (worry === "no_picture") return void this.#giveUp();
      this.#store.dispatch({ type: "worry", worry, on });
    });
    const wakeLock = new WakeLock();
    let joined = false;
    let connected = false;
    this.#store.subscribe((state) => {
      watchdogs(state);
      wakeLock.set(state.link === "joined");
      if (state.facts.state === "live" && !joined) {
        joined = true;
        void this.#conversation.join();
      }
      if (state.ownSteps.picture !== undefined && !connected) {
        connected = true;
        host.tell("connected");
      }
      if (!isOver(state) || this.#over.signal.aborted) return;
      this.#close();
      void this.#conversation.leave().finally(() => onOver(state));
    });
  }

  #tick(): void {
    const { view, clock, say } = this.parts;
    const state = this.#store.state;
    const { facts } = state;
    const isConnecting = ["waiting", "connecting"].includes(moodOf(state));
    view.step.textContent = isConnecting ? stepWords(state, say) : "";
    const since = facts.requestedAt === null ? 0 : Math.max(0, clock.now() - facts.requestedAt);
    view.elapsed.textContent = isConnecting ? say("seconds", { seconds: Math.floor(since / 1000) }) : "";
    const remaining = timesAt(clock.now(), facts.startedAt, facts.limitAt)?.remaining ?? null;
    view.remaining.textContent = remaining === null || isConnecting ? "" : clockWords(remaining);
    const isLast = remaining !== null && remaining <= WARNING_SECONDS && facts.state === "live";
    if (isLast && !state.worries.has("last_minute")) {
      this.#store.dispatch({ type: "worry", worry: "last_minute", on: true });
    }
  }

  #answer(action: FrameAction, notice: string): void {
    switch (action) {
      case "rejoin":
        return this.#conversation.rejoin();
      case "reload":
        return this.parts.reload();
      case "retry_microphone":
        return void this.#listen();
      case "start_sound":
        return void this.#conversation.startSound();
      case "dismiss":
        return this.#store.dispatch({ type: "dismissed", notice });
      case "again":
        return undefined;
    }
  }

  /** No picture will come, and what runs on is paid for. */
  async #giveUp(): Promise<void> {
    if (this.#store.state.ending) return;
    this.#store.dispatch({ type: "worry", worry: "no_picture", on: true });
    void this.#api.report("no_picture").catch(() => undefined);
    await this.end();
  }

  /** Asks until the server has heard it: what still runs is still billed. */
  async #stop(): Promise<void> {
    while (!isOver(this.#store.state)) {
      try {
        await this.#api.stop();
        return;
      } catch {
        this.#store.dispatch({ type: "server_reachable", reachable: false });
        await new Promise((resolve) => setTimeout(resolve, STOP_AGAIN_MS));
      }
    }
  }
}

const NOTHING_YET: StateAnswer = {
  id: "",
  state: "requested",
  version: 0,
  watch_url: "",
  steps: [],
  requested_at: null,
  started_at: null,
  limit_at: null,
  server_time: "",
  end_reason: "",
  end_message: "",
  vendor_message: "",
  retryable: false,
  duration_seconds: null,
  place: null,
  extension_seconds: 0,
  successor: null,
  carries_over: false,
};

/** A transport that can be spoken to before it is there. */
function deferred(): [Transport, (transport: Transport) => void] {
  let admit: (transport: Transport) => void = () => undefined;
  const coming = new Promise<Transport>((resolve) => {
    admit = resolve;
  });
  let there: Transport | undefined;
  void coming.then((transport) => {
    there = transport;
  });
  return [
    {
      ask: async (path, body) => (await coming).ask(path, body),
      lastWords: (path, body) => there?.lastWords(path, body),
      goodbye: () => there?.goodbye(),
    },
    admit,
  ];
}

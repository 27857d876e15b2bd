import { readFacts, type StateAnswer } from "./api.ts";
import { type ServerClock, clockWords, timesAt, WARNING_SECONDS } from "./clock.ts";
import { configFor, factsBeforeAsking, type RoomConfig } from "./config.ts";
import { bindControls, showLevel, showState } from "./controls.ts";
import { bindDevices } from "./devices.ts";
import type { RoomElements } from "./elements.ts";
import { LinesView } from "./lines_view.ts";
import { isOver } from "./moods.ts";
import { type ActionName, noticeFor } from "./notices.ts";
import { NoticeView } from "./notice_view.ts";
import { Sitting, type SittingParts } from "./sitting.ts";
import { showSteps, stepLines } from "./steps.ts";
import { TakeOver } from "./takeover.ts";

const TICK_MS = 200;

export interface RoomPageParts {
  config: RoomConfig;
  clock: ServerClock;
  parts: RoomElements;
  media: Promise<typeof import("./media.ts")>;
  /** When somebody clicked, by `performance.now`; null where this page has not seen it. */
  clicked: number | null;
}

/** Ties the session, the conversation and the page together. */
export class RoomPage {
  readonly #lines: LinesView;
  readonly #notice: NoticeView;
  readonly #takeOver: TakeOver;
  readonly #refreshDevices: () => Promise<void>;
  #sitting: Sitting;
  #stopShowing: () => void = () => undefined;

  constructor(private readonly room: RoomPageParts) {
    const { config, parts, clicked } = room;
    this.#lines = new LinesView(parts, config.avatarName);
    this.#notice = new NoticeView(parts.notice, (action, name) => this.#answer(action, name));
    this.#takeOver = new TakeOver({
      open: (first, answer) => this.#prepare(first, answer),
      show: (next) => this.#goOnWith(next),
    });
    this.#sitting = this.#newSitting({
      config,
      clicked,
      video: parts.video,
      facts: factsBeforeAsking(config),
      isSilent: false,
    });
    this.#refreshDevices = bindDevices(parts, (kind, id) => {
      void this.#sitting.conversation.chooseDevice(kind, id);
    });
  }

  async run(): Promise<void> {
    bindControls(this.room.parts, {
      toggleMute: () => void this.#sitting.conversation.toggleMute(),
      interrupt: () => void this.#sitting.conversation.interrupt(),
      end: () => void this.#end(),
    });
    window.addEventListener("online", () => this.#tellNetwork());
    window.addEventListener("offline", () => this.#tellNetwork());
    this.#show(this.#sitting);
    // A start may have failed while its page was on its way; what became of it is worth telling.
    if (isOver(this.#sitting.store.state)) return this.#sitting.refresh();
    this.#sitting.start();
    window.setInterval(() => this.#tick(), TICK_MS);
    await this.#sitting.conversation.askForMicrophone();
    await this.#refreshDevices();
  }

  #newSitting(
    own: Pick<SittingParts, "config" | "clicked" | "video" | "facts" | "isSilent">,
  ): Sitting {
    const { clock, media, parts } = this.room;
    const sitting: Sitting = new Sitting({
      ...own,
      clock,
      media,
      lines: this.#lines,
      showLevel: (level) => {
        if (this.#sitting === sitting) showLevel(parts.level, level);
      },
    });
    return sitting;
  }

  #show(sitting: Sitting): void {
    const { parts } = this.room;
    const { avatarName, detailUrl, newSessionUrl } = sitting.config;
    const context = { avatarName, detailUrl, newSessionUrl, agent: navigator.userAgent };
    this.#stopShowing();
    this.#sitting = sitting;
    this.#stopShowing = sitting.store.subscribe((state) => {
      showState(parts, state);
      sitting.video.toggleAttribute("data-shown", state.ownSteps.picture !== undefined);
      this.#notice.show(noticeFor(state, context));
      // A page that was loaded anew finds that a successor was asked for before.
      if (state.facts.successorId !== null && state.successor === null && !isOver(state)) {
        void this.#takeOver.begin(sitting);
      }
    });
    this.#tick();
  }

  #prepare(first: Sitting, answer: StateAnswer): Sitting {
    const video = first.video.cloneNode() as HTMLVideoElement;
    video.removeAttribute("data-shown");
    first.video.after(video);
    return this.#newSitting({
      config: configFor(first.config, answer),
      clicked: performance.now(),
      video,
      facts: readFacts(answer),
      isSilent: true,
    });
  }

  #goOnWith(next: Sitting): void {
    const { parts } = this.room;
    const { roomUrl, againUrl } = next.config;
    this.#show(next);
    this.#tellNetwork();
    this.#lines.divide("A new conversation began here");
    next.store.dispatch({ type: "worry", worry: "new_conversation", on: true });
    if (parts.speakers.value) void next.conversation.chooseDevice("audiooutput", parts.speakers.value);
    parts.again.action = againUrl;
    parts.againKey.value = next.config.sessionId;
    history.replaceState(null, "", roomUrl);
  }

  #tick(): void {
    const { parts, clock } = this.room;
    const { store } = this.#sitting;
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

  #tellNetwork(): void {
    this.#sitting.store.dispatch({ type: "online", online: navigator.onLine });
  }

  #answer(action: ActionName, notice: string): void {
    const sitting = this.#sitting;
    switch (action) {
      case "again":
        return this.room.parts.again.requestSubmit();
      case "rejoin":
        return sitting.conversation.rejoin();
      case "retry_microphone":
        return void sitting.conversation.askForMicrophone().then(this.#refreshDevices);
      case "extend":
        return void sitting.extend();
      case "go_on":
        return void this.#takeOver.begin(sitting);
      case "start_sound":
        return void sitting.conversation.startSound();
      case "dismiss":
        return sitting.store.dispatch({ type: "dismissed", notice });
    }
  }

  async #end(): Promise<void> {
    await Promise.all([this.#takeOver.cancel(), this.#sitting.end()]);
  }
}

import { ApiError } from "../room/api.ts";
import { clockWords, type ServerClock } from "../room/clock.ts";
import { NoticeView } from "../room/notice_view.ts";
import type { RoomState } from "../room/state.ts";
import type { FrameConfig } from "./config.ts";
import type { Admission, Gate } from "./gate.ts";
import type { FromHost, Host } from "./host.ts";
import type { ResumeStore } from "./resume_store.ts";
import type { VisitorRoom } from "./room.ts";
import type { Say } from "./texts.ts";
import { type FrameView, showFace } from "./view.ts";
import { endWords, type FrameAction, refusalNotice } from "./words.ts";

export interface FrameParts {
  config: FrameConfig;
  clock: ServerClock;
  say: Say;
  view: FrameView;
  host: Host;
  gate: Gate;
  resumes: ResumeStore;
}

/** The frame from its first sight to the end of a conversation, and to the next one. */
export class FrameApp {
  readonly #notice: NoticeView<FrameAction>;
  /** From the moment that one is begun, which is before the code for it is there. */
  #room: Promise<VisitorRoom> | undefined;
  #lastRoom: VisitorRoom | undefined;

  constructor(private readonly parts: FrameParts) {
    const { view } = parts;
    this.#notice = new NoticeView<FrameAction>(view.notice, (action) => this.#answer(action));
  }

  run(): void {
    const { view, host, resumes } = this.parts;
    showFace(view, "welcome");
    view.minimise.hidden = this.parts.config.placement !== "floating";
    view.minimise.addEventListener("click", () => host.tell("close"));
    view.start.addEventListener("click", (event) => void this.start(event.timeStamp));
    view.again.addEventListener("click", (event) => void this.start(event.timeStamp));
    // Drawn by the server and disabled there: a click before this line would be lost.
    view.start.disabled = false;
    // Where nobody says that they opened it: a plain iframe, or a widget that opens by itself.
    document.addEventListener("pointerdown", () => this.prepare(), { once: true });
    this.#bindPage();
    this.#bindOver();
    const token = resumes.take();
    if (token !== null) void this.#begin(() => this.parts.gate.resume(token), null);
  }

  hear(type: FromHost): void {
    if (type === "opened") this.prepare();
    if (type === "start") void this.start();
    if (type === "end") void this.#room?.then((room) => room.end(), () => undefined);
  }

  /** What can be done before somebody has agreed to talk: nothing that is heard, seen or billed. */
  prepare(): void {
    if (this.parts.config.isPreview) return;
    this.parts.gate.prepare();
    // The room's code, and LiveKit's, which is most of what there is to load. What fails to come
    // is told at the start.
    import("./room.ts").catch(() => undefined);
    import("../room/media.ts").catch(() => undefined);
  }

  /** `clicked` by `performance.now`. */
  async start(clicked = performance.now()): Promise<void> {
    const { config, host, view, clock, gate } = this.parts;
    if (this.#room !== undefined) return;
    if (config.isPreview) return this.#showPreviewWords();
    if (!host.isAsGranted) return this.#refuse("refused");
    if (clock.now() > config.grantExpiresAt) return this.#renewFrame();
    view.start.disabled = true;
    host.tell("start");
    await this.#begin(() => gate.start(), clicked);
  }

  /** `clicked` is null for a page that returns to a conversation. */
  async #begin(admit: () => Promise<Admission>, clicked: number | null): Promise<void> {
    const { view, host, resumes } = this.parts;
    this.#notice.show(null);
    view.root.dataset["state"] = "connecting";
    showFace(view, "room");
    this.#room = this.#newRoom(clicked);
    try {
      const room = (this.#lastRoom = await this.#room);
      const admission = admit();
      admission.then(
        ({ resume }) => host.tell("live", { live: resumes.keep(resume) }),
        () => undefined,
      );
      await room.begin(admission);
    } catch (error) {
      this.#room = undefined;
      if (clicked === null) this.#welcomeAgain();
      else this.#refuse(error instanceof ApiError ? error.code : "unavailable");
    } finally {
      view.start.disabled = false;
    }
  }

  async #newRoom(clicked: number | null): Promise<VisitorRoom> {
    const { VisitorRoom } = await import("./room.ts");
    return new VisitorRoom({
      ...this.parts,
      clicked,
      onOver: (state) => this.#over(state),
      reload: () => window.location.reload(),
    });
  }

  #over(state: RoomState): void {
    const { view, say, host, resumes, config, gate } = this.parts;
    this.#room = undefined;
    resumes.take();
    host.tell("live", { live: false });
    host.tell("end", { reason: state.facts.endReason });
    const seconds = state.facts.durationSeconds ?? 0;
    view.remaining.textContent = "";
    view.overWords.textContent = endWords(state, say);
    view.overLasted.textContent = seconds > 0 ? say("lasted", { time: clockWords(seconds) }) : "";
    view.feedback.hidden = seconds === 0;
    view.feedback.reset();
    view.feedbackThanks.textContent = "";
    view.download.hidden = !config.transcript || (this.#lastRoom?.lines.isEmpty ?? true);
    showFace(view, "over");
    view.again.focus();
    gate.prepare();
  }

  /** What it was to return to is over; begin afresh without a word of complaint. */
  #welcomeAgain(): void {
    this.parts.host.tell("live", { live: false });
    showFace(this.parts.view, "welcome");
  }

  #refuse(code: string): void {
    const { view, say, host, clock, config } = this.parts;
    if (code === "refused" && clock.now() > config.grantExpiresAt) return this.#renewFrame();
    host.tell("error", { code });
    view.controls.hidden = true;
    view.root.dataset["state"] = "failed";
    this.#notice.show(refusalNotice(code, say));
  }

  /** Our document has grown old: the loader makes another one, a plain iframe loads it again. */
  #renewFrame(): void {
    if (this.parts.host.hasLoader) this.parts.host.tell("expired");
    else window.location.reload();
  }

  #showPreviewWords(): void {
    const { view, say } = this.parts;
    showFace(view, "room");
    view.controls.hidden = true;
    const title = say("preview_only");
    this.#notice.show({ name: "preview", tone: "info", title, body: "", blocks: true, actions: [] });
  }

  #answer(action: FrameAction): void {
    if (action === "again") void this.start();
    if (action === "reload") this.#renewFrame();
  }

  #bindPage(): void {
    const { view, host } = this.parts;
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || view.settings.matches(":popover-open")) return;
      if (document.fullscreenElement === null) host.tell("close");
    });
    view.captionsButton.addEventListener("click", () => {
      const shown = view.root.toggleAttribute("data-captions");
      view.captionsButton.setAttribute("aria-pressed", String(shown));
    });
    view.fullScreen.hidden = !document.fullscreenEnabled;
    view.fullScreen.addEventListener("click", () => {
      if (document.fullscreenElement === null) void document.documentElement.requestFullscreen();
      else void document.exitFullscreen();
    });
    document.addEventListener("fullscreenchange", () => {
      view.fullScreen.setAttribute("aria-pressed", String(document.fullscreenElement !== null));
    });
  }

  #bindOver(): void {
    const { view, say } = this.parts;
    view.feedback.addEventListener("submit", (event) => {
      event.preventDefault();
      const given = new FormData(view.feedback);
      const rating = String(given.get("rating") ?? "");
      void this.#lastRoom?.judge(rating, String(given.get("comment") ?? "")).then(
        () => {
          view.feedback.hidden = true;
          view.feedbackThanks.textContent = say("feedback_thanks");
        },
        () => {
          view.feedbackThanks.textContent = say("server_away");
        },
      );
    });
    view.download.addEventListener("click", () => this.#download());
  }

  #download(): void {
    const text = this.#lastRoom?.lines.transcript ?? "";
    const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    const link = Object.assign(document.createElement("a"), { href: url, download: "transcript.txt" });
    link.click();
    URL.revokeObjectURL(url);
  }
}

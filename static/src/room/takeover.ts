import { ApiError, type StateAnswer } from "./api.ts";
import { isOver } from "./moods.ts";
import type { Sitting } from "./sitting.ts";
import { ASKED, refused, type Successor, successorOf, turnOf } from "./succession.ts";

const LONGEST_CHANGE_MS = 1_000;

export interface TakeOverParts {
  /** Prepares the page's part in the session that goes on after `first`; not shown yet. */
  open(first: Sitting, answer: StateAnswer): Sitting;
  /** Shows it in the place of the one before. */
  show(next: Sitting): void;
}

/**
 * Goes on in a new session. Where that can run beside the old one, its picture comes in above the
 * old one's, which leaves only then; else it is shown once the old one is over.
 */
export class TakeOver {
  #next: Sitting | undefined;
  #isAsking = false;

  constructor(private readonly parts: TakeOverParts) {}

  /** Asks for the successor and sees it in; once at a time, however often it is called. */
  async begin(first: Sitting): Promise<void> {
    if (this.#isAsking || this.#next !== undefined) return;
    this.#isAsking = true;
    this.#tell(first, ASKED);
    // They are what the new conversation is told of this one.
    await first.conversation.tellLines();
    try {
      const answer = await first.api.successor();
      this.#seeIn(first, this.parts.open(first, answer));
    } catch (error) {
      this.#tell(first, refused(error instanceof ApiError ? error.message : String(error)));
    } finally {
      this.#isAsking = false;
    }
  }

  /** Ends the one that was to come. */
  async cancel(): Promise<void> {
    const next = this.#next;
    this.#next = undefined;
    next?.video.remove();
    await next?.end();
  }

  #seeIn(first: Sitting, next: Sitting): void {
    this.#next = next;
    // Whoever ended it while the successor was being asked for wants no more of either.
    if (first.store.state.ending) return void this.cancel();
    const look = (): void => {
      if (this.#next !== next) return;
      const turn = turnOf(first.store.state, next.store.state);
      if (turn !== "wait") this.#next = undefined;
      if (turn === "switch") return void this.#switch(first, next);
      if (turn === "stay") next.video.remove();
      this.#tell(first, successorOf(next.store.state, next.config.avatarName));
    };
    next.start();
    next.store.subscribe(look);
    first.store.subscribe(look);
  }

  async #switch(first: Sitting, next: Sitting): Promise<void> {
    void next.conversation.takeMicrophone(first.conversation);
    this.parts.show(next);
    await Promise.all([first.conversation.hush(true), next.conversation.hush(false)]);
    await covered(next.video);
    first.video.remove();
    if (!isOver(first.store.state)) await first.makeWay();
  }

  #tell(first: Sitting, successor: Successor): void {
    first.store.dispatch({ type: "successor", successor });
  }
}

/** The old picture stays below until the new one covers it. A hidden tab moves nothing at all. */
async function covered(video: HTMLVideoElement): Promise<void> {
  const moving = video.getAnimations().map((animation) => animation.finished);
  const tooLong = new Promise((resolve) => setTimeout(resolve, LONGEST_CHANGE_MS));
  await Promise.race([Promise.allSettled(moving), tooLong]);
}

import { type Heard, joinPartial, readMessage } from "./captions.ts";
import type { RoomEvent } from "./state.ts";

export interface SpokenLine {
  who: "user" | "avatar";
  text: string;
  key: string;
  /** When they began to say it, in milliseconds since 1970: by this, lines are in order. */
  at: number;
}

export interface TalkEvents {
  now(): number;
  dispatch(event: RoomEvent): void;
  /** A finished line. */
  line(line: SpokenLine): void;
  /** What is being said, so far; empty when it is finished. */
  partial(who: "user" | "avatar", text: string): void;
  /** The cloud says that the session is over, and why. */
  stopped(reason: string): void;
}

/** Follows the conversation by its data messages; nothing depends on their being sent at all. */
export class Talk {
  /** Whether this connector tells who is talking. Without it, loudness must tell. */
  tells = false;
  #partials = { user: "", avatar: "" };
  /** A person's words are often written down only when the avatar is answering them already. */
  #began: { user?: number; avatar?: number } = {};
  #keys = new Set<string>();

  constructor(private readonly on: TalkEvents) {}

  receive(bytes: Uint8Array): void {
    const heard = readMessage(bytes, () => crypto.randomUUID());
    if (heard !== null) this.#take(heard);
  }

  #take(heard: Heard): void {
    switch (heard.kind) {
      case "talking":
        this.tells = true;
        return this.#talking(heard.who, heard.talking);
      case "partial":
        this.#began[heard.who] ??= this.on.now();
        this.#partials[heard.who] = joinPartial(this.#partials[heard.who], heard.text);
        return this.on.partial(heard.who, this.#partials[heard.who]);
      case "final":
        return this.#finish(heard);
      case "stopped":
        return this.on.stopped(heard.reason);
    }
  }

  #talking(who: "user" | "avatar", talking: boolean): void {
    if (talking) this.#began[who] = this.on.now();
    if (who === "avatar" && talking) this.on.dispatch({ type: "heard" });
    this.on.dispatch({ type: who === "avatar" ? "avatar_talking" : "user_talking", talking });
  }

  #finish({ who, text, key }: Omit<SpokenLine, "at">): void {
    const at = this.#began[who] ?? this.on.now();
    delete this.#began[who];
    this.#partials[who] = "";
    this.on.partial(who, "");
    if (this.#keys.has(key)) return;
    this.#keys.add(key);
    this.on.line({ who, text, key, at });
  }
}

// The avatar's picture and sound in the page; in the same chunk as LiveKit.
import { createAudioAnalyser, type LocalAudioTrack, type RemoteAudioTrack, type RemoteTrack, Track } from "livekit-client";
import { type Counters, readCounters } from "./quality.ts";

export interface AvatarMediaEvents {
  picture(): void;
  /** Its sound is being played, or would be if it were not held silent. */
  sounding(): void;
  soundBlocked(blocked: boolean): void;
}

export type Analyser = ReturnType<typeof createAudioAnalyser>;

export class AvatarMedia {
  #picture: RemoteTrack | undefined;
  #sound: HTMLMediaElement | undefined;
  #level: Analyser | undefined;
  #volume = 1;
  #silent = false;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly on: AvatarMediaEvents,
  ) {}

  attach(track: RemoteTrack): void {
    if (track.kind === Track.Kind.Video) this.#show(track);
    else if (track.kind === Track.Kind.Audio) this.#play(track);
  }

  detach(track: RemoteTrack): void {
    for (const element of track.detach()) {
      if (element !== this.video) element.remove();
    }
  }

  /** From 0 to 1; a phone keeps its own buttons for it and may not listen. */
  setVolume(volume: number): void {
    this.#volume = volume;
    if (this.#sound) this.#sound.volume = volume;
  }

  /** Silent, it is received and measured, and not heard. */
  setSilent(silent: boolean): void {
    this.#silent = silent;
    if (this.#sound === undefined) return;
    this.#sound.muted = silent;
    // A browser may take this for noise that nobody has asked for, and stop it.
    if (!silent) this.#sound.play().catch(() => this.on.soundBlocked(true));
  }

  /** How loud it is now, from 0 to 1. */
  level(): number {
    return this.#level?.calculateVolume() ?? 0;
  }

  /** What has come through of the picture so far. */
  async counters(): Promise<Counters | null> {
    const report = await this.#picture?.getRTCStatsReport();
    return report === undefined ? null : readCounters(report);
  }

  /** Measures its sound no more: a browser has few places to do so. */
  forget(): void {
    void this.#level?.cleanup();
    this.#level = undefined;
  }

  #show(track: RemoteTrack): void {
    this.#picture = track;
    track.attach(this.video);
    this.video.requestVideoFrameCallback(() => this.on.picture());
    // A tab in the background is not told of frames, only of data.
    this.video.addEventListener("loadeddata", () => this.on.picture(), { once: true });
  }

  #play(track: RemoteTrack): void {
    // In the page, so that the choice of a speaker reaches it.
    this.#sound = track.attach();
    this.#sound.volume = this.#volume;
    this.#sound.muted = this.#silent;
    this.video.after(this.#sound);
    this.forget();
    this.#level = measure(track as RemoteAudioTrack);
    this.on.sounding();
  }
}

/** Without a measure of its loudness a conversation goes on: browsers have only so many places. */
export function measure(track: LocalAudioTrack | RemoteAudioTrack): Analyser | undefined {
  try {
    return createAudioAnalyser(track);
  } catch {
    return undefined;
  }
}

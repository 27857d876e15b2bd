// The one module that knows LiveKit; loaded as a chunk of its own, beside everything else.
import {
  ConnectionQuality,
  ConnectionState,
  DisconnectReason,
  LocalAudioTrack,
  Room,
  RoomEvent,
  Track,
} from "livekit-client";
import type { RoomAddress } from "./api.ts";
import { type Analyser, AvatarMedia, type AvatarMediaEvents, measure } from "./avatar_media.ts";
import { MICROPHONE_CONSTRAINTS } from "./mic.ts";
import type { Counters } from "./quality.ts";
import type { Link, Quality } from "./state.ts";

/** The avatar's identity in every room (vendor's SDK 0.0.18). */
const AVATAR = "heygen";
const EVENTS_TOPIC = "agent-response";
const COMMANDS_TOPIC = "agent-control";
// Its own patience is 40 s, in which nobody is told anything; after this the page tries on by itself.
const LIVEKIT_RETRIES_MS = [0, 300, 1_200, 2_700];
const QUALITY: Record<ConnectionQuality, Quality> = {
  [ConnectionQuality.Excellent]: "good",
  [ConnectionQuality.Good]: "good",
  [ConnectionQuality.Poor]: "poor",
  [ConnectionQuality.Lost]: "lost",
  [ConnectionQuality.Unknown]: "unknown",
};

export interface CallEvents extends AvatarMediaEvents {
  link(link: Link): void;
  message(bytes: Uint8Array): void;
  microphoneEnded(): void;
  /** The room closed or the avatar left it, and it was not us who left. */
  disconnected(reason: string): void;
}

export interface Levels {
  user: number;
  avatar: number;
}

/** One conversation: the room, the avatar's picture and sound, the own microphone. */
export class Call {
  readonly avatar: AvatarMedia;
  readonly #room = new Room({
    // A lost room must not take the microphone along: the next one goes on with it.
    stopLocalTrackOnUnpublish: false,
    reconnectPolicy: { nextRetryDelayInMs: ({ retryCount }) => LIVEKIT_RETRIES_MS[retryCount] ?? null },
  });
  #microphone: LocalAudioTrack | undefined;
  #userLevel: Analyser | undefined;
  #isRejoining = false;

  constructor(
    video: HTMLVideoElement,
    private readonly on: CallEvents,
  ) {
    this.avatar = new AvatarMedia(video, on);
    this.#listen();
  }

  /** Warms DNS and TLS for the host where the room will most likely be, if one is known. */
  prepare(host: string): void {
    if (host !== "") void this.#room.prepareConnection(host);
  }

  /** Joins, after leaving as far as it still was in; rejects when the room cannot be joined. */
  async join({ url, token }: RoomAddress): Promise<void> {
    await this.#leaveQuietly();
    await this.#room.connect(url, token);
    this.on.link("joined");
    this.on.soundBlocked(!this.#room.canPlaybackAudio);
    void this.#publish();
  }

  async leave(): Promise<void> {
    await this.#room.disconnect();
    this.#microphone?.stop();
    void this.#userLevel?.cleanup();
    this.avatar.forget();
  }

  async useMicrophone(track: MediaStreamTrack, muted = false): Promise<void> {
    this.#microphone?.stop();
    // Not "user provided": LiveKit may then restart it when another device is chosen.
    this.#microphone = new LocalAudioTrack(track, MICROPHONE_CONSTRAINTS, false);
    if (muted) await this.#microphone.mute();
    this.#microphone.on("ended", () => this.on.microphoneEnded());
    this.#watchUserLevel();
    void this.#publish();
  }

  /** For another room that goes on after this one; null where there is none in use. */
  copyMicrophone(): MediaStreamTrack | null {
    const track = this.#microphone?.mediaStreamTrack;
    return track?.readyState === "live" ? track.clone() : null;
  }

  async setMuted(muted: boolean): Promise<void> {
    await (muted ? this.#microphone?.mute() : this.#microphone?.unmute());
  }

  async chooseDevice(kind: "audioinput" | "audiooutput", deviceId: string): Promise<void> {
    await this.#room.switchActiveDevice(kind, deviceId);
    if (kind === "audioinput") this.#watchUserLevel();
  }

  /** Needs a click behind it. */
  startSound(): Promise<void> {
    return this.#room.startAudio();
  }

  async interrupt(): Promise<void> {
    const command = { event_type: "avatar.interrupt", event_id: crypto.randomUUID() };
    const bytes = new TextEncoder().encode(JSON.stringify(command));
    await this.#room.localParticipant.publishData(bytes, {
      reliable: true,
      topic: COMMANDS_TOPIC,
    });
  }

  /** How loud both sides are now, from 0 to 1. */
  levels(): Levels {
    return {
      user: this.#microphone?.isMuted ? 0 : (this.#userLevel?.calculateVolume() ?? 0),
      avatar: this.avatar.level(),
    };
  }

  /** What the room's server thinks of our connection. */
  quality(): Quality {
    return QUALITY[this.#room.localParticipant.connectionQuality];
  }

  counters(): Promise<Counters | null> {
    return this.avatar.counters();
  }

  async #leaveQuietly(): Promise<void> {
    if (this.#room.state === ConnectionState.Disconnected) return;
    this.#isRejoining = true;
    await this.#room.disconnect().finally(() => (this.#isRejoining = false));
  }

  /** Once both are there, the room and the microphone. Without it one can still listen. */
  async #publish(): Promise<void> {
    if (this.#microphone === undefined || this.#room.state !== "connected") return;
    const options = { source: Track.Source.Microphone };
    await this.#room.localParticipant
      .publishTrack(this.#microphone, options)
      .catch(() => this.on.microphoneEnded());
  }

  #watchUserLevel(): void {
    void this.#userLevel?.cleanup();
    if (this.#microphone !== undefined) this.#userLevel = measure(this.#microphone);
  }

  #listen(): void {
    this.#room
      .on(RoomEvent.TrackSubscribed, (track, _, { identity }) => {
        if (identity !== AVATAR) return;
        if (track.kind === Track.Kind.Video) this.on.link("joined");
        this.avatar.attach(track);
      })
      .on(RoomEvent.TrackUnsubscribed, (track) => this.avatar.detach(track))
      .on(RoomEvent.ParticipantDisconnected, ({ identity }) => {
        if (identity === AVATAR) this.#avatarLeft();
      })
      .on(RoomEvent.SignalReconnecting, () => this.on.link("reconnecting"))
      .on(RoomEvent.Reconnecting, () => this.on.link("reconnecting"))
      .on(RoomEvent.Reconnected, () => this.on.link("joined"))
      .on(RoomEvent.Disconnected, (reason) => this.#closed(reason))
      .on(RoomEvent.AudioPlaybackStatusChanged, () =>
        this.on.soundBlocked(!this.#room.canPlaybackAudio),
      )
      .on(RoomEvent.DataReceived, (payload, _participant, _kind, topic) => {
        if (topic === EVENTS_TOPIC) this.on.message(payload);
      });
  }

  #avatarLeft(): void {
    this.on.link("closed");
    this.on.disconnected("avatar_left");
  }

  #closed(reason: DisconnectReason | undefined): void {
    if (this.#isRejoining) return;
    if (reason === DisconnectReason.CLIENT_INITIATED) return this.on.link("left");
    if (reason === DisconnectReason.DUPLICATE_IDENTITY) return this.on.link("taken_over");
    // A client that gave up reconnecting has no reason; a room that was closed has one.
    this.on.link(reason === undefined ? "lost" : "closed");
    this.on.disconnected(reason === undefined ? "no_reason" : DisconnectReason[reason]);
  }
}

import type { Quality } from "./state.ts";

/** Counters of a received video track, as WebRTC keeps them since the beginning. */
export interface Counters {
  received: number;
  lost: number;
  freezes: number;
  /** Frames decoded. */
  frames: number;
}

/** How well the picture came through between two readings of its counters. */
export function qualityBetween(before: Counters, after: Counters): Quality {
  const received = after.received - before.received;
  const lost = Math.max(0, after.lost - before.lost);
  if (received + lost <= 0) return "poor";
  const lossShare = lost / (received + lost);
  if (lossShare > 0.08 || after.freezes - before.freezes > 1) return "poor";
  if (lossShare > 0.02 || after.freezes > before.freezes) return "fair";
  return "good";
}

export function readCounters(report: RTCStatsReport): Counters | null {
  for (const stats of report.values() as Iterable<RTCInboundRtpStreamStats>) {
    if (stats.type === "inbound-rtp") {
      return {
        received: stats.packetsReceived ?? 0,
        lost: stats.packetsLost ?? 0,
        freezes: (stats as { freezeCount?: number }).freezeCount ?? 0,
        frames: stats.framesDecoded ?? 0,
      };
    }
  }
  return null;
}

const WORST_FIRST: readonly Quality[] = ["lost", "poor", "fair", "good", "unknown"];

/** The worse of what the room's server says and what was measured here. */
export function worse(one: Quality, other: Quality): Quality {
  return WORST_FIRST.find((quality) => quality === one || quality === other) ?? "unknown";
}

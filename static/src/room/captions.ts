/** What the avatar's side tells on the data topic `agent-response`, as far as the page uses it. */
export type Heard =
  | { kind: "talking"; who: "user" | "avatar"; talking: boolean }
  | { kind: "partial"; who: "user" | "avatar"; text: string }
  | { kind: "final"; who: "user" | "avatar"; text: string; key: string }
  | { kind: "stopped"; reason: string };

interface Envelope {
  event_id?: unknown;
  event_type?: unknown;
  text?: unknown;
  stop_reason?: unknown;
  end_reason?: unknown;
}

/**
 * Reads one data message. Both spellings of the chunk and stop events that the vendor's documents
 * use are understood; anything else is null, because new kinds must not break a conversation.
 */
export function readMessage(bytes: Uint8Array, newKey: () => string): Heard | null {
  const envelope = parse(bytes);
  const type = typeof envelope?.event_type === "string" ? envelope.event_type : "";
  if (type === "session.stopped" || type === "session_stopped") {
    return { kind: "stopped", reason: textOf(envelope?.stop_reason) || textOf(envelope?.end_reason) };
  }
  const [, who, what] = /^(user|avatar)\.(.+)$/.exec(type) ?? [];
  if (who !== "user" && who !== "avatar") return null;
  if (what === "speak_started" || what === "speak_ended") {
    return { kind: "talking", who, talking: what === "speak_started" };
  }
  const text = typeof envelope?.text === "string" ? envelope.text : "";
  if (text.trim() === "") return null;
  if (what === "transcription") {
    return { kind: "final", who, text: text.trim(), key: textOf(envelope?.event_id) || newKey() };
  }
  return /^transcription[._]chunk$/.test(what ?? "") ? { kind: "partial", who, text } : null;
}

function parse(bytes: Uint8Array): Envelope | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null ? value : null;
  } catch {
    return null;
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value.trim() : "";
}

/** Chunks come as pieces or as the whole so far, depending on the connector. */
export function joinPartial(before: string, chunk: string): string {
  return chunk.startsWith(before) ? chunk : before + chunk;
}

const QUOTE = 0x22;
const NEWLINE = 0x0a;

/** Counts the rows of a file while its bytes go by; a line break within quotes ends none. */
export class RowCounter {
  #lines = 0;
  #quoted = false;

  constructor(private readonly kind: "csv" | "jsonl") {}

  add(bytes: Uint8Array): void {
    for (const byte of bytes) {
      // A quote within quotes is written twice, which turns this off and on again.
      if (byte === QUOTE && this.kind === "csv") this.#quoted = !this.#quoted;
      else if (byte === NEWLINE && !this.#quoted) this.#lines += 1;
    }
  }

  /** Without the line that names the columns. */
  get rows(): number {
    return Math.max(0, this.#lines - (this.kind === "csv" ? 1 : 0));
  }
}

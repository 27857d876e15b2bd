import { RowCounter } from "./row_counter.ts";
import { openSink } from "./sink.ts";

/**
 * Fetches `<a download data-export>` by script, so that the page can say how far it has come and let
 * go of it. Without the script the browser downloads it all the same.
 */
export function bindExports(): void {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("a[data-export]");
    if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey) return;
    const part = link.closest<HTMLElement>("[data-export-of]");
    if (part === null || part.dataset["busy"] !== undefined) return;
    event.preventDefault();
    void run(link, part);
  });
}

async function run(link: HTMLAnchorElement, part: HTMLElement): Promise<void> {
  const state = new ExportState(part);
  const sink = await openSink();
  try {
    const response = await fetch(link.href, { signal: state.cancelled });
    // Signed out meanwhile, for instance: a page, and no file.
    const name = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1];
    if (!response.ok || name === undefined || response.body === null) throw new Error("no file");
    state.about = Number(response.headers.get("X-About-Rows") ?? 0);
    const counter = new RowCounter(name.endsWith(".csv") ? "csv" : "jsonl");
    let size = 0;
    for (const reader = response.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      counter.add(value);
      size += value.byteLength;
      await sink.write(value);
      state.show(counter.rows, size);
    }
    save(await sink.finish(), name);
    state.finish(counter.rows, size);
  } catch {
    await sink.abort().catch(() => undefined);
    state.fail();
  }
}

function save(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The browser takes its time until it has begun to read.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

class ExportState {
  readonly #card: HTMLElement;
  readonly #words: HTMLElement;
  readonly #bar: HTMLProgressElement;
  readonly #button: HTMLButtonElement;
  readonly #abort = new AbortController();
  readonly #what: string;
  #spokenAt = 0;
  /** How many rows are to come, where that is known. */
  about = 0;

  constructor(private readonly part: HTMLElement) {
    const found = <T extends Element>(selector: string): T => {
      const element = part.querySelector<T>(selector);
      if (element === null) throw new Error(`an export shows its state in ${selector}`);
      return element;
    };
    this.#card = found(".export__state");
    this.#words = found("[role='status']");
    this.#bar = found("progress");
    this.#button = found("button");
    this.#what = part.dataset["exportOf"] ?? "rows";
    part.dataset["busy"] = "";
    this.#button.hidden = this.#bar.hidden = this.#card.hidden = false;
    this.#button.onclick = () => this.#abort.abort();
    this.#bar.removeAttribute("value");
    this.#words.textContent = "Starting…";
  }

  get cancelled(): AbortSignal {
    return this.#abort.signal;
  }

  show(rows: number, size: number): void {
    if (this.about > 0) {
      this.#bar.max = Math.max(this.about, rows);
      this.#bar.value = rows;
    }
    // Not with each piece: a screen reader would have to say it.
    if (performance.now() - this.#spokenAt < 500) return;
    this.#spokenAt = performance.now();
    const of = this.about > rows ? ` of about ${this.about.toLocaleString("en-GB")}` : "";
    this.#words.textContent = `${this.#figures(rows, size)}${of} so far`;
  }

  finish(rows: number, size: number): void {
    this.#words.textContent = `${this.#figures(rows, size)}, saved.`;
    this.#settle();
  }

  fail(): void {
    this.#words.textContent = this.cancelled.aborted
      ? "Cancelled; nothing was saved."
      : "The export broke off, and nothing was saved. Try again.";
    this.#settle();
  }

  #settle(): void {
    delete this.part.dataset["busy"];
    this.#bar.hidden = this.#button.hidden = true;
  }

  #figures(rows: number, size: number): string {
    const megabytes = (size / 1_000_000).toFixed(1);
    return `${rows.toLocaleString("en-GB")} ${this.#what} (${megabytes} MB)`;
  }
}

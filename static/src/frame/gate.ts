import { ApiError, PAGE, send, sendLast, type StateAnswer, type Transport } from "../room/api.ts";
import type { ServerClock } from "../room/clock.ts";
import type { FrameConfig } from "./config.ts";
import { Holder } from "./proofs.ts";

/** A conversation that has been let in: how to speak about it, and how to come back to it. */
export interface Admission {
  state: StateAnswer;
  resume: string;
  transport: Transport;
}

interface Ticket {
  ticket: string;
  startBefore: number;
  holder: Holder;
  solution: Promise<string>;
}

const SOONER_MS = 15_000;

/** The way in: a key of our own, a ticket for it, the work that comes with it, and the start. */
export class Gate {
  #ticket: Promise<Ticket> | undefined;

  constructor(
    private readonly config: Pick<FrameConfig, "apiBase" | "grant" | "language">,
    private readonly clock: ServerClock,
    private readonly solve: (challenge: unknown) => Promise<string>,
  ) {}

  /** Does beforehand what a start needs and nobody has to wait for; errors come with the start. */
  prepare(): void {
    this.#ticket ??= this.#askForTicket();
    this.#ticket.catch(() => undefined);
  }

  /** Throws ApiError. */
  async start(): Promise<Admission> {
    const ticket = await this.#freshTicket();
    this.#ticket = undefined;
    const url = `${this.config.apiBase}/sessions`;
    const body = { solution: await ticket.solution, language: this.config.language };
    const post = async (): Promise<unknown> => send(url, body, await headersFor(ticket, "POST", url));
    // An answer that was lost may have been a yes: the same ticket asks for the same session.
    const answer = await post().catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 0) return post();
      throw error;
    });
    const state = answer as StateAnswer & { id: string; resume: string };
    return this.#admitted(state, state.id, state.resume, ticket);
  }

  /** Throws ApiError. */
  async resume(token: string): Promise<Admission> {
    const holder = await Holder.make(() => this.clock.now());
    const url = `${this.config.apiBase}/resume`;
    const dpop = await holder.prove("POST", url, null);
    const answer = (await send(url, { resume: token, key: holder.publicKey }, { dpop })) as {
      ticket: string;
      resume: string;
      session: StateAnswer & { id: string };
    };
    const { ticket, resume, session } = answer;
    return this.#admitted(session, session.id, resume, { ticket, holder });
  }

  async #freshTicket(): Promise<Ticket> {
    this.prepare();
    const ticket = await this.#ticket?.catch((error: unknown) => {
      this.#ticket = undefined;
      throw error;
    });
    if (ticket !== undefined && this.clock.now() < ticket.startBefore - SOONER_MS) return ticket;
    this.#ticket = undefined;
    return this.#askForTicket();
  }

  async #askForTicket(): Promise<Ticket> {
    const holder = await Holder.make(() => this.clock.now());
    const askedAt = Date.now();
    const answer = (await send(
      `${this.config.apiBase}/tickets`,
      { grant: this.config.grant, key: holder.publicKey },
      {},
    )) as { ticket: string; start_before: string; challenge: unknown; server_time: string };
    this.clock.align(Date.parse(answer.server_time), askedAt);
    const solution = this.solve(answer.challenge);
    solution.catch(() => undefined);
    return { ticket: answer.ticket, startBefore: Date.parse(answer.start_before), holder, solution };
  }

  async #admitted(
    state: StateAnswer,
    id: string,
    resume: string,
    held: Pick<Ticket, "ticket" | "holder">,
  ): Promise<Admission> {
    const base = `${this.config.apiBase}/sessions/${id}`;
    return { state, resume, transport: await visitorTransport(base, held) };
  }
}

/** A visitor's right is a ticket, shown with a proof of its key in each request. */
async function visitorTransport(
  base: string,
  held: Pick<Ticket, "ticket" | "holder">,
): Promise<Transport> {
  const signGoodbye = async (): Promise<Blob> => {
    const proof = await held.holder.prove("POST", `${base}/presence`, held.ticket);
    const body = JSON.stringify({ gone: true, page: PAGE, ticket: held.ticket, proof });
    return new Blob([body], { type: "application/json" });
  };
  const sign = async () => ({
    goodbye: await signGoodbye(),
    "/lines": await headersFor(held, "POST", `${base}/lines`),
    "/timeline": await headersFor(held, "POST", `${base}/timeline`),
  });
  let signed = await sign();
  return {
    async ask(path, body) {
      const url = base + path;
      const method = body === undefined ? "GET" : "POST";
      const answer = await send(url, body, await headersFor(held, method, url));
      // Signed anew with each renewal: proofs grow old, and a page that unloads cannot wait for one.
      if (path === "/presence") signed = await sign();
      return answer;
    },
    lastWords: (path, body) => sendLast(base + path, body, signed[path]),
    goodbye: () => void navigator.sendBeacon(`${base}/presence`, signed.goodbye),
  };
}

async function headersFor(
  { ticket, holder }: Pick<Ticket, "ticket" | "holder">,
  method: string,
  url: string,
): Promise<Record<string, string>> {
  return { authorization: `DPoP ${ticket}`, dpop: await holder.prove(method, url, ticket) };
}

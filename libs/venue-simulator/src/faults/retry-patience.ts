/** Requests on the way while a client is told to wait are not held against it. */
const ON_THE_WAY_MS = 500;
/** Requests that may come too early before the client is banned. */
const PATIENCE = 10;
const BAN_MS = 120_000;

/** What a client that was told to wait has done: waited, asked too early, or asked so often that it is banned. */
export type Patience = 'waited' | 'too-early' | 'banned';

/** Whether clients wait as long as an answer told them to. All clients count together, as if they shared one address. */
export class RetryPatience {
  #toldMs = 0;
  #untilMs = -Infinity;
  #tooEarly = 0;
  #bannedUntilMs = -Infinity;
  readonly #bans: boolean;

  /** @param bans whether those who do not wait are banned. */
  constructor(bans: boolean) {
    this.#bans = bans;
  }

  /** When a ban ends, ms UTC. */
  get bannedUntilMs(): number {
    return this.#bannedUntilMs;
  }

  /** An answer told the client to wait `waitMs`. */
  told(nowMs: number, waitMs: number): void {
    if (nowMs < this.#untilMs) return;
    [this.#toldMs, this.#untilMs, this.#tooEarly] = [nowMs, nowMs + waitMs, 0];
  }

  /** A request came. */
  hears(nowMs: number): Patience {
    if (nowMs < this.#bannedUntilMs) return 'banned';
    if (nowMs >= this.#untilMs || nowMs - this.#toldMs < ON_THE_WAY_MS) return 'waited';
    this.#tooEarly++;
    if (!this.#bans || this.#tooEarly <= PATIENCE) return 'too-early';
    this.#bannedUntilMs = nowMs + BAN_MS;
    return 'banned';
  }
}

import { WebSocket } from 'ws';

const RECONNECT_MS = 250;
/** More changes are not kept: enough for some hours. */
const MOST_CHANGES = 2_000_000;
/** A venue whose clock is off comes back slowly, ms. */
const CLOCK_RETURNS_MS = 5_000;

interface PriceRow {
  readonly exchange: string;
  readonly symbol: string;
  readonly timestamp: number;
}

/** When a venue's clock was off, so that its match times tell no latency. */
export interface SkewedClock {
  /** The venue; null = all. */
  readonly exchange: string | null;
  /** From when, ms UTC. */
  readonly from: number;
  /** Until when, ms UTC. */
  readonly to: number;
}

/**
 * A client of the dashboard's WebSocket, as a browser is one, that notes how old each newest trade is when it arrives. It
 * connects again for ever.
 */
export class DashboardPrices {
  readonly #url: () => string | null;
  readonly #newest = new Map<string, number>();
  readonly #changes: { readonly exchange: string; readonly at: number; readonly ageMs: number }[] = [];
  #socket: WebSocket | null = null;
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;

  /** @param url tells where the dashboard is now. */
  constructor(url: () => string | null) {
    this.#url = url;
    this.#connect();
  }

  /** Latencies in ms, ascending, of changes while their venue's clock was right. */
  latencies(skewed: readonly SkewedClock[]): number[] {
    const isSkewed = (exchange: string, at: number): boolean =>
      skewed.some(
        (clock) =>
          (clock.exchange === null || clock.exchange === exchange) &&
          at >= clock.from &&
          at <= clock.to + CLOCK_RETURNS_MS,
      );
    return this.#changes
      .filter(({ exchange, at }) => !isSkewed(exchange, at))
      .map(({ ageMs }) => ageMs)
      .sort((a, b) => a - b);
  }

  /** Leaves. */
  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#socket?.terminate();
  }

  #connect(): void {
    this.#timer = null;
    if (this.#stopped) return;
    const url = this.#url();
    if (url === null) return this.#later();
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/ws`);
    this.#socket = socket;
    socket.on('open', () => socket.send(JSON.stringify({ op: 'subscribe', channel: 'prices' })));
    socket.on('message', (data: Buffer) => this.#hear(data.toString('utf8')));
    socket.on('error', () => undefined);
    socket.on('close', () => this.#later());
  }

  #later(): void {
    if (!this.#stopped) this.#timer ??= setTimeout(() => this.#connect(), RECONNECT_MS);
  }

  #hear(text: string): void {
    const message = JSON.parse(text) as {
      type: string;
      from?: number | null;
      prices?: readonly PriceRow[];
    };
    if (message.type !== 'prices') return;
    const at = Date.now();
    for (const { exchange, symbol, timestamp } of message.prices ?? []) {
      const series = `${exchange} ${symbol}`;
      const known = this.#newest.get(series);
      if (known !== undefined && timestamp <= known) continue;
      this.#newest.set(series, timestamp);
      // What was there before this client came was not on its way to it.
      if (message.from === null || this.#changes.length >= MOST_CHANGES) continue;
      this.#changes.push({ exchange, at, ageMs: at - timestamp });
    }
  }
}

import { eventLine, frameLine, lineHead } from '@neuraltrade/venues';
import { type AdapterParts, assembleAdapter } from './adapter-assembly';
import type { AdapterOutput } from './adapter-output';
import type { SymbolState } from './adapter-state';
import { recordableSettings, startBody, symbolsBody } from './capture-events';
import type { AdapterFigures, ExchangeAdapter } from './exchange-adapter';
import type { Recording } from './recording';
import { fetchAnswer, responseOf } from './recorded-answer';
import type { Fetch } from './rest-get';
import { seededRandom } from './seeded-random';
import type { Timers } from './timers';
import type { Connection, Transport, TransportHandlers } from './transport';

/** An adapter of these parts whose inputs are recorded in their order, so that a replay can give another one the same. */
export function recordAdapter(parts: AdapterParts, recording: Recording): ExchangeAdapter {
  return new RecordedAdapter(parts, recording);
}

/**
 * Stands between an adapter and everything that comes in. The adapter's clock shows the time of the input that it is
 * handling: whatever it decides, it decides by times that are in the capture.
 */
class RecordedAdapter implements ExchangeAdapter {
  readonly #parts: AdapterParts;
  readonly #recording: Recording;
  readonly #adapter: ExchangeAdapter;
  readonly #head: string;
  readonly #state = new Map<string, SymbolState>();
  #now: number;
  #connections = 0;
  #timers = 0;
  #requests = 0;
  #calls = 0;
  #callsUnderWay = 0;
  #pressed = false;
  #stopped = false;

  constructor(parts: AdapterParts, recording: Recording) {
    const { venue, symbols, settings, restUrl, charged, state, random, timers } = parts;
    this.#parts = parts;
    this.#recording = recording;
    this.#head = lineHead({ venue: venue.name, source: recording.source, conn: null });
    this.#now = timers.now();
    this.#takeState(state.keys());
    const seed = Math.floor(random() * 2 ** 32);
    const start = {
      symbols,
      settings: recordableSettings(settings),
      restUrl,
      seed,
      charged,
      state: this.#state,
    };
    this.#input('clock', startBody(start));
    this.#adapter = assembleAdapter({
      ...parts,
      transport: this.#transport(),
      timers: this.#recordedTimers(),
      random: seededRandom(seed),
      fetch: this.#fetch(),
      output: this.#output(),
      state: this.#state,
      // What others of this process use of a shared budget is no input that a line could tell of.
      budgets: undefined,
    });
  }

  connect(): void {
    this.#adapter.connect();
  }

  pause(): void {
    if (this.#pressed) return;
    this.#pressed = true;
    // A record that fills the buffer pauses the adapter while it is being handed over.
    if (this.#callsUnderWay > 0) this.#note('pause', { call: this.#calls });
    else this.#input('pause');
    this.#adapter.pause();
  }

  resume(): void {
    if (!this.#pressed) return;
    this.#pressed = false;
    // In a turn of its own, so that nothing of another input's is still under way.
    setImmediate(() => {
      if (this.#pressed || this.#stopped) return;
      this.#input('resume');
      this.#adapter.resume();
    });
  }

  setSymbols(symbols: readonly string[]): void {
    this.#takeState(symbols);
    this.#input('symbols', symbolsBody(symbols, this.#state));
    this.#adapter.setSymbols(symbols);
  }

  disconnect(): void {
    if (!this.#stopped) this.#input('clock', { stop: { calls: this.#calls } });
    this.#stopped = true;
    this.#adapter.disconnect();
  }

  readiness(): { ok: boolean; reason: string } {
    return this.#adapter.readiness();
  }

  figures(): AdapterFigures {
    return this.#adapter.figures();
  }

  eventCounts(): Readonly<Record<string, number>> {
    return this.#adapter.eventCounts();
  }

  /** What was published moves on with what is confirmed: the adapter sees it as it is written down. */
  #takeState(symbols: Iterable<string>): void {
    const taken = [...symbols].map((symbol) => [symbol, this.#parts.state.get(symbol)] as const);
    this.#state.clear();
    for (const [symbol, state] of taken) if (state !== undefined) this.#state.set(symbol, { ...state });
  }

  /** An input comes in: its line is written before it is handled. */
  #input(event: string, body?: unknown, head = this.#head, at = this.#parts.timers.now()): void {
    if (this.#stopped) return;
    this.#now = at;
    this.#recording.line(eventLine(head, at, this.#recording.joins(), event, body), false);
  }

  /** Something that was decided while an input was handled: it belongs to that input's turn. */
  #note(event: string, body: unknown): void {
    this.#recording.line(eventLine(this.#head, this.#now, true, event, body), false);
  }

  #transport(): Transport {
    return {
      connect: (url: string, handlers: TransportHandlers): Connection => {
        const conn = (this.#connections += 1);
        const { venue, transport } = this.#parts;
        const head = lineHead({ venue: venue.name, source: this.#recording.source, conn });
        return transport.connect(url, {
          onOpen: () => {
            this.#input('open', undefined, head);
            handlers.onOpen();
          },
          onFrame: (text, receivedAt) => {
            if (!this.#stopped) {
              this.#now = receivedAt;
              this.#recording.line(frameLine(head, receivedAt, this.#recording.joins(), text), true);
            }
            handlers.onFrame(text, receivedAt);
          },
          onPong: (receivedAt, token) => {
            this.#input('pong', { token }, head, receivedAt);
            handlers.onPong(receivedAt, token);
          },
          onClose: (reason) => {
            this.#input('close', { reason }, head);
            handlers.onClose(reason);
          },
        });
      },
    };
  }

  #recordedTimers(): Timers {
    const { timers } = this.#parts;
    return {
      now: () => this.#now,
      schedule: (delayMs, task) => {
        const timer = (this.#timers += 1);
        return timers.schedule(delayMs, () => {
          this.#input('clock', { timer });
          task();
        });
      },
    };
  }

  #fetch(): Fetch {
    return async (url, init) => {
      const request = (this.#requests += 1);
      const { pathname, search } = new URL(url);
      const answer = await fetchAnswer(this.#parts.fetch, url, init);
      // The whole answer is there: what the adapter makes of it needs no further input, and has a turn of its own.
      await new Promise((resolve) => setImmediate(resolve));
      this.#input('rest', { request, path: pathname + search, ...answer });
      return responseOf(answer);
    };
  }

  #output(): AdapterOutput {
    const { output } = this.#parts;
    return {
      tick: (tick) => this.#offer(() => output.tick(tick)),
      backfill: (tick) => this.#offer(() => output.backfill(tick)),
      gap: (gap) => void this.#offer(() => (output.gap(gap), true)),
      // A full buffer takes no clock records, and says so to nobody.
      clock: (clock) => void this.#offer(() => !this.#pressed && (output.clock(clock), true)),
    };
  }

  #offer(take: () => boolean): boolean {
    const call = (this.#calls += 1);
    this.#callsUnderWay += 1;
    const taken = take();
    this.#callsUnderWay -= 1;
    if (!taken) this.#note('full', { call });
    return taken;
  }
}

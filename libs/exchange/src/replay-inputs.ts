import type { CaptureLine } from '@neuraltrade/venues';
import type { AdapterOutput } from './adapter-output';
import type { SymbolState } from './adapter-state';
import { eventBodies, eventBody, readSymbols } from './capture-events';
import type { ExchangeAdapter } from './exchange-adapter';
import { responseOf } from './recorded-answer';
import type { Fetch } from './rest-get';
import type { Timers } from './timers';
import type { Transport, TransportHandlers } from './transport';

interface OpenRequest {
  readonly path: string;
  readonly resolve: (answer: Response) => void;
  readonly reject: (fault: unknown) => void;
}

/**
 * Everything that comes in to an adapter, from the lines of a recording: each line is one input, and nothing comes in
 * without a line. An input that this adapter has no place for, because it was recorded with another version, is counted.
 */
export class ReplayInputs {
  /** Its connections open, bring frames and end when their lines say so; what is sent goes nowhere. */
  readonly transport: Transport;
  /** The time of the line being played; the n-th timer that was set runs when the line of the n-th timer comes. */
  readonly timers: Timers;
  /** Answers when the line of the answer comes. */
  readonly fetch: Fetch;
  /** What had been published when a symbol began. */
  readonly state = new Map<string, SymbolState>();
  #now = 0;
  #connections = 0;
  #timers = 0;
  #requests = 0;
  #calls = 0;
  #strays = 0;
  #stopped = false;
  readonly #handlers = new Map<string, TransportHandlers>();
  readonly #tasks = new Map<number, () => void>();
  readonly #asked = new Map<number, OpenRequest>();
  readonly #full = new Set<number>();
  readonly #pauses = new Set<number>();

  /** Inputs at an instant, ms UTC. */
  constructor(startMs: number) {
    this.#now = startMs;
    this.transport = {
      connect: (_url, handlers) => {
        const conn = String((this.#connections += 1));
        this.#handlers.set(conn, handlers);
        const end = (): void => void this.#handlers.delete(conn);
        const nothing = (): void => undefined;
        return { send: nothing, ping: nothing, pause: nothing, resume: nothing, close: end, terminate: end };
      },
    };
    this.timers = {
      now: () => this.#now,
      schedule: (_delayMs, task) => {
        const timer = (this.#timers += 1);
        this.#tasks.set(timer, task);
        return () => void this.#tasks.delete(timer);
      },
    };
    this.fetch = (url) => {
      const request = (this.#requests += 1);
      const { pathname, search } = new URL(url);
      return new Promise((resolve, reject) => {
        this.#asked.set(request, { path: pathname + search, resolve, reject });
      });
    };
  }

  /** Inputs so far that the adapter had no place for. */
  get strays(): number {
    return this.#strays;
  }

  /** Whether the recording has told the adapter to end. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /**
   * Gives records the answers that they got in the recording.
   * @param taken takes the records that found room.
   * @param adapter the adapter, which a record may have paused.
   */
  output(taken: AdapterOutput, adapter: () => ExchangeAdapter): AdapterOutput {
    const offer = (take: () => unknown): boolean => {
      const call = (this.#calls += 1);
      if (this.#pauses.delete(call)) adapter().pause();
      if (this.#full.delete(call)) return false;
      if (take() === false) this.#strays += 1;
      return true;
    };
    return {
      tick: (tick) => offer(() => taken.tick(tick)),
      // As a live trade: that there was room for a backfilled one is decided already.
      backfill: (tick) => offer(() => taken.tick(tick)),
      gap: (gap) => void offer(() => taken.gap(gap)),
      clock: (clock) => void offer(() => taken.clock(clock)),
    };
  }

  /**
   * Notes which records found no room and which caused a pause while the lines of a turn were handled: to be called before
   * anything of the turn is played, since these lines come behind those that they belong to.
   */
  expect(turn: readonly CaptureLine[]): void {
    for (const { event, body } of turn) {
      if (event !== 'full' && (event !== 'pause' || body === null)) continue;
      const call = eventBody(eventBodies.call, body)?.call;
      if (call === undefined || call <= this.#calls) this.#strays += 1;
      else (event === 'full' ? this.#full : this.#pauses).add(call);
    }
  }

  /** Plays the lines of one turn; what follows from it in promises is to run before the next. */
  play(turn: readonly CaptureLine[], adapter: ExchangeAdapter): void {
    for (const line of turn) {
      if (line.recvMs !== null) this.#now = line.recvMs;
      if (line.frame !== null) this.#frame(line, line.frame);
      else this.#event(line, adapter);
    }
  }

  #frame({ conn }: CaptureLine, frame: string): void {
    const handlers = this.#handlers.get(conn ?? '');
    if (handlers === undefined) this.#strays += 1;
    else handlers.onFrame(frame, this.#now);
  }

  #event(line: CaptureLine, adapter: ExchangeAdapter): void {
    const { event, body } = line;
    switch (event) {
      case 'clock':
        return this.#clock(body, adapter);
      case 'symbols':
        return this.#symbols(body, adapter);
      case 'rest':
        return this.#answer(body);
      case 'resume':
        return adapter.resume();
      case 'pause':
        // With a call it was expected above.
        if (body === null) adapter.pause();
        return;
      case 'full':
        return;
      default:
        this.#link(line);
    }
  }

  #clock(body: string | null, adapter: ExchangeAdapter): void {
    const stop = eventBody(eventBodies.stop, body);
    if (stop !== null) {
      // Another number of records shows a difference that no single input did.
      if (stop.stop.calls !== this.#calls) this.#strays += 1;
      this.#stopped = true;
      adapter.disconnect();
      return;
    }
    const timer = eventBody(eventBodies.timer, body)?.timer;
    const task = timer === undefined ? undefined : this.#tasks.get(timer);
    if (timer === undefined || task === undefined) {
      this.#strays += 1;
      return;
    }
    this.#tasks.delete(timer);
    task();
  }

  #symbols(body: string | null, adapter: ExchangeAdapter): void {
    const found = readSymbols(body);
    if (found === null) {
      this.#strays += 1;
      return;
    }
    this.state.clear();
    for (const [symbol, state] of found.state) this.state.set(symbol, state);
    adapter.setSymbols(found.symbols);
  }

  #answer(body: string | null): void {
    const answer = eventBody(eventBodies.rest, body);
    const asked = answer === null ? undefined : this.#asked.get(answer.request);
    if (answer === null || asked === undefined || asked.path !== answer.path) {
      this.#strays += 1;
      return;
    }
    this.#asked.delete(answer.request);
    try {
      asked.resolve(responseOf(answer));
    } catch (fault) {
      asked.reject(fault);
    }
  }

  #link({ conn, event, body }: CaptureLine): void {
    const handlers = this.#handlers.get(conn ?? '');
    if (handlers === undefined) {
      this.#strays += 1;
      return;
    }
    if (event === 'open') return handlers.onOpen();
    if (event === 'pong') {
      const token = eventBody(eventBodies.pong, body)?.token;
      if (token !== undefined) return handlers.onPong(this.#now, token);
    }
    if (event === 'close') {
      this.#handlers.delete(conn ?? '');
      return handlers.onClose(eventBody(eventBodies.close, body)?.reason ?? 'closed');
    }
    this.#strays += 1;
  }
}

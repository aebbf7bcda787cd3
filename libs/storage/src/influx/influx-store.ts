import {
  type Candle,
  type Gap,
  type MlSignal,
  PermanentError,
  type ProcessedTick,
  type RawTick,
  type SignalOutcome,
} from '@neuraltrade/contracts';
import type {
  CandlesQuery,
  GapsQuery,
  LastPrice,
  LastPricesQuery,
  MarketStore,
  StoreHealth,
} from '../market-store';
import { Serial } from '../serial';
import type {
  OutcomePerformance,
  SignalPerformance,
  SignalPerformanceQuery,
  SignalsQuery,
} from '../signal-queries';
import {
  refuseBadCandles,
  refuseBadCandlesQuery,
  refuseBadGapsQuery,
  refuseBadLastPricesQuery,
  refuseBadNames,
  refuseBadOutcomes,
  refuseBadSignalPerformanceQuery,
  refuseBadSignals,
  refuseBadSignalsQuery,
  refuseBadTickRange,
} from '../storable';
import { StoreUnavailableError } from '../store-errors';
import type { TickHistory, TickRange, TickSymbol } from '../tick-history';
import type { TimeSpan } from '../time-spans';
import { InfluxHttp, type OnRow } from './influx-http';
import { type InfluxPlace, judge } from './judgement';
import type { InfluxStoreOptions } from './options';
import { candleLine, gapLine, outcomeLine, signalLine, tickLine } from './points';
import { readCandles, readGaps, readLastPrices, type RunQuery } from './queries';
import { schemaFault } from './schema-check';
import { readTickCounts, readTickHistory, readTicks, readTickSpan, type TicksQuery } from './read-ticks';
import { readOutcomePerformance, readOutcomes, readSignalPerformance, readSignals } from './signal-queries';
import { replacingCandles, replacingGaps } from './stored-versions';
import { type PointsOf, writePoints } from './write-points';

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_LOOK_HOLDS_MS = 10_000;

const TICKS: PointsOf<ProcessedTick> = { line: tickLine, time: ({ timestamp }) => timestamp };
const CANDLES: PointsOf<Candle> = { line: candleLine, time: ({ timestamp }) => timestamp };
const GAPS: PointsOf<Gap> = { line: gapLine, time: ({ fromTimestamp }) => fromTimestamp };
const SIGNALS: PointsOf<MlSignal> = { line: signalLine, time: ({ timestamp }) => timestamp };
const OUTCOMES: PointsOf<SignalOutcome> = { line: outcomeLine, time: ({ timestamp }) => timestamp };

/** A {@link MarketStore} on InfluxDB 2. Each write is one request, tried once: whoever holds the records tries again. */
export interface InfluxStore extends MarketStore, TickHistory {
  /**
   * Looks whether the server can be reached, the token may write to the bucket (unless it is only to be read) and read it, and
   * the bucket's fields have the types that are written. Until it has succeeded once the store is not healthy.
   * @throws StoreUnavailableError with a sentence.
   */
  verify(use?: 'write' | 'read'): Promise<void>;
  /**
   * The stored trades of one symbol with from <= timestamp < until (ms UTC), in order of time, as they were before they were
   * enriched. What a double cannot hold of a venue's text is not stored and does not come back.
   */
  ticks(query: TicksQuery): Promise<RawTick[]>;
  /** Cuts the requests off that are under way, for a stop that cannot wait for a server that does not answer. */
  abort(): void;
}

/** The store in a bucket of an InfluxDB 2; nothing is asked of it yet. @throws TypeError for a URL that is none. */
export function createInfluxStore(options: InfluxStoreOptions): InfluxStore {
  const { token, timeoutMs = DEFAULT_TIMEOUT_MS, gzipAbove = null, now = Date.now } = options;
  const { protocol, host, pathname } = new URL(options.url);
  const place = {
    url: `${protocol}//${host}${pathname.replace(/\/$/, '')}`,
    org: options.org,
    bucket: options.bucket,
  };
  const readToken = typeof token === 'string' ? (): string => token : token;
  const http = new InfluxHttp({ ...place, token: readToken, timeoutMs, gzipAbove });
  return new InfluxMarketStore(http, place, now, options.lookHoldsMs ?? DEFAULT_LOOK_HOLDS_MS);
}

class InfluxMarketStore implements InfluxStore {
  readonly #http: InfluxHttp;
  readonly #place: InfluxPlace;
  readonly #now: () => number;
  readonly #lookHoldsMs: number;
  // What is stored is read before candles and gaps are written, so nobody may write them in between.
  readonly #candleWrites = new Serial();
  readonly #gapWrites = new Serial();
  readonly #underWay = new Set<Promise<unknown>>();
  #failure = 'The bucket has not been looked at yet.';
  #closed = false;

  constructor(http: InfluxHttp, place: InfluxPlace, now: () => number, lookHoldsMs: number) {
    this.#http = http;
    this.#place = place;
    this.#now = now;
    this.#lookHoldsMs = lookHoldsMs;
  }

  async verify(use: 'write' | 'read' = 'write'): Promise<void> {
    await this.#judged(async () => {
      if (use === 'write') await this.#send('');
      const fault = await schemaFault(this.#run, this.#place.bucket);
      if (fault !== '') throw new StoreUnavailableError(fault, true, 0);
    });
  }

  async writeTicks(ticks: readonly ProcessedTick[]): Promise<void> {
    refuseBadNames(ticks);
    // The last copy of a point in a request stays. Of a trade that came twice the first copy is to stay.
    await this.#judged(() => writePoints(this.#send, [...ticks].reverse(), TICKS));
  }

  async writeCandles(candles: readonly Candle[]): Promise<void> {
    refuseBadCandles(candles);
    if (candles.length === 0) return;
    await this.#candleWrites.run(async () => {
      await this.#judged(async () => {
        const news = await this.#fresh(() => replacingCandles(this.#run, this.#place.bucket, candles));
        await writePoints(this.#send, news, CANDLES);
      });
    });
  }

  async writeGaps(gaps: readonly Gap[]): Promise<void> {
    refuseBadNames(gaps);
    if (gaps.length === 0) return;
    await this.#gapWrites.run(async () => {
      await this.#judged(async () => {
        const news = await this.#fresh(() => replacingGaps(this.#run, this.#place.bucket, gaps));
        await writePoints(this.#send, news, GAPS);
      });
    });
  }

  async writeSignals(signals: readonly MlSignal[]): Promise<void> {
    refuseBadSignals(signals);
    await this.#judged(() => writePoints(this.#send, signals, SIGNALS));
  }

  async writeOutcomes(outcomes: readonly SignalOutcome[]): Promise<void> {
    refuseBadOutcomes(outcomes);
    await this.#judged(() => writePoints(this.#send, outcomes, OUTCOMES));
  }

  lastPrices(query: LastPricesQuery): Promise<LastPrice[]> {
    return this.#read(refuseBadLastPricesQuery, readLastPrices, query);
  }

  candles(query: CandlesQuery): Promise<Candle[]> {
    return this.#read(refuseBadCandlesQuery, readCandles, query);
  }

  ticks(query: TicksQuery): Promise<RawTick[]> {
    return this.#read((asked) => refuseBadNames([asked]), readTicks, query);
  }

  async readTicks(
    range: TickRange,
    take: (ticks: readonly RawTick[]) => void | Promise<void>,
  ): Promise<void> {
    refuseBadTickRange(range);
    await readTickHistory(this, range, take);
  }

  countTicks(range: TickRange, everyMs: number): Promise<ReadonlyMap<number, number>> {
    return this.#read(
      refuseBadTickRange,
      (run, bucket, checked) => readTickCounts(run, bucket, checked, everyMs),
      range,
    );
  }

  tickSpan(symbol: TickSymbol): Promise<TimeSpan | null> {
    return this.#read((checked) => refuseBadNames([checked]), readTickSpan, symbol);
  }

  async tickSymbols(): Promise<TickSymbol[]> {
    const newest = await this.lastPrices({ since: 0 });
    return newest.map(({ exchange, symbol }) => ({ exchange, symbol }));
  }

  gaps(query: GapsQuery): Promise<Gap[]> {
    return this.#read(refuseBadGapsQuery, readGaps, query);
  }

  signals(query: SignalsQuery): Promise<MlSignal[]> {
    return this.#read(refuseBadSignalsQuery, readSignals, query);
  }

  outcomes(query: SignalsQuery): Promise<SignalOutcome[]> {
    return this.#read(refuseBadSignalsQuery, readOutcomes, query);
  }

  signalPerformance(query: SignalPerformanceQuery): Promise<SignalPerformance[]> {
    return this.#read(refuseBadSignalPerformanceQuery, readSignalPerformance, query);
  }

  outcomePerformance(query: SignalPerformanceQuery): Promise<OutcomePerformance[]> {
    return this.#read(refuseBadSignalPerformanceQuery, readOutcomePerformance, query);
  }

  health(): StoreHealth {
    return { ok: this.#failure === '', reason: this.#failure };
  }

  abort(): void {
    this.#closed = true;
    this.#http.close();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#underWay);
    this.#http.close();
  }

  /** Runs what writes, and notes whether the store works. */
  async #judged(task: () => Promise<void>): Promise<void> {
    try {
      await this.#tracked(task);
      this.#failure = '';
    } catch (error) {
      // A refused record says nothing against the store.
      this.#failure = error instanceof PermanentError ? '' : textOf(error);
      throw error;
    }
  }

  /** Checks a query, then answers it. */
  async #read<Q, R>(
    check: (query: Q) => void,
    read: (run: RunQuery, bucket: string, query: Q) => Promise<R>,
    query: Q,
  ): Promise<R> {
    check(query);
    return this.#tracked(() => read(this.#run, this.#place.bucket, query));
  }

  /** Runs a task that close() waits for. */
  async #tracked<T>(task: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new StoreUnavailableError(`The store at ${this.#place.url} is closed.`, false, 0);
    const running = task();
    this.#underWay.add(running);
    try {
      return await running;
    } finally {
      this.#underWay.delete(running);
    }
  }

  /** What a look at the bucket gave, unless this process was held for so long that others may have written since. */
  async #fresh<T>(look: () => Promise<T>): Promise<T> {
    const begun = performance.now();
    const found = await look();
    if (performance.now() - begun <= this.#lookHoldsMs) return found;
    throw new StoreUnavailableError(
      `Looking at what InfluxDB at ${this.#place.url} holds took longer than ${this.#lookHoldsMs} ms; it is looked at again.`,
      false,
      0,
    );
  }

  readonly #send = async (lines: string): Promise<void> => {
    try {
      await this.#http.write(lines);
    } catch (error) {
      throw judge(error, this.#place, this.#now());
    }
  };

  readonly #run = async (flux: string, onRow: OnRow): Promise<void> => {
    try {
      await this.#http.query(flux, onRow);
    } catch (error) {
      const fault = judge(error, this.#place, this.#now());
      // A query that is refused is no fault of the records that it was made for.
      if (fault instanceof StoreUnavailableError) throw fault;
      throw new StoreUnavailableError(fault.message, true, 0, { cause: error });
    }
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

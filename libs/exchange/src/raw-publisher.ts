import { BackpressureBuffer } from '@neuraltrade/backpressure';
import {
  AMQP_EXCHANGES,
  encodeBatch,
  isClock,
  isGap,
  partitionOf,
  type RawRecord,
  routingKeys,
} from '@neuraltrade/contracts';
import type { AdapterOutput } from './adapter-output';
import { GapCopies } from './gap-copies';
import { StoredPublisher, type StoredPublisherDeps } from './stored-publisher';

/** Backfilled trades take up to this share of the buffer: far below what pauses the live ones. */
const BACKFILL_SHARE = 0.25;

/** What a raw publisher is made of. */
export interface RawPublisherDeps extends StoredPublisherDeps {
  /** The venue's name. */
  readonly exchange: string;
  /** Names this run of this adapter in the `source` header; unlike any other run's. */
  readonly source: string;
  /** Number of partitions of market.raw. */
  readonly partitions: number;
  /** Most records held before trades are refused. */
  readonly bufferMaxTicks: number;
  /** Most records of one message. */
  readonly batchMaxTicks: number;
  /** Longest wait of a record for its batch to fill, ms. */
  readonly batchFlushMs: number;
  /** Is told the records of each batch that was stored, in the order of their partition. */
  readonly onConfirmed: (records: readonly RawRecord[]) => void;
}

/** Publishes an adapter's records on market.raw, in order within each partition, through every fault of the bus. */
export interface RawPublisher {
  /** Takes the adapter's records. */
  readonly output: AdapterOutput;
  /** Records that are not stored yet. */
  readonly depth: number;
  /** Is told once per change whether the adapter should pause (true) or go on (false). */
  onPressure(listener: (paused: boolean) => void): void;
  /** Whether records get stored now. */
  health(): { ok: boolean; reason: string };
  /** Publishes everything that is held without waiting for full batches; resolves when it is stored. */
  drain(): Promise<void>;
  /** Gives up what is not stored; a drain under way ends. */
  stop(): void;
}

/** A publisher whose partitions have one batch under way each: order survives refusals, and load makes batches larger. */
export function createRawPublisher(deps: RawPublisherDeps): RawPublisher {
  const { exchange, partitions, timers, bufferMaxTicks, batchMaxTicks, batchFlushMs } = deps;
  const stored = new StoredPublisher(deps);
  const ledger = deps.metrics.ledger(`adapter-${exchange}`);
  let unconfirmed = 0;
  ledger.holds(() => unconfirmed);
  const onConfirmed = (records: readonly RawRecord[]): void => {
    let trades = 0;
    for (const record of records) if (!isGap(record) && !isClock(record)) trades += 1;
    unconfirmed -= trades;
    ledger.confirmed(trades);
    deps.onConfirmed(records);
  };
  const copies = new GapCopies(stored, deps);
  const buffer = new BackpressureBuffer<RawRecord>({
    lanes: partitions,
    maxBufferSize: bufferMaxTicks,
    batchSize: batchMaxTicks,
    flushIntervalMs: batchFlushMs,
  });
  const lanes = Array.from(
    { length: partitions },
    (_, index) => new PartitionLane(index, buffer, stored, { ...deps, onConfirmed }),
  );
  const laneBySymbol = new Map<string, PartitionLane>();
  const laneOf = (symbol: string): PartitionLane => {
    const known = laneBySymbol.get(symbol);
    if (known !== undefined) return known;
    const lane = lanes[partitionOf(exchange, symbol, partitions)] as PartitionLane;
    laneBySymbol.set(symbol, lane);
    return lane;
  };
  const takeAlways = (record: RawRecord, lane: PartitionLane): void => {
    buffer.pushAlways(record, timers.now(), lane.index);
    lane.wake();
  };

  const output: AdapterOutput = {
    tick(tick) {
      const lane = laneOf(tick.symbol);
      if (!buffer.push(tick, timers.now(), lane.index)) return false;
      unconfirmed += 1;
      // Live ones were counted when they were read.
      if (tick.backfilled) ledger.received(1);
      lane.wake();
      return true;
    },
    backfill(tick) {
      return buffer.depth < bufferMaxTicks * BACKFILL_SHARE && output.tick(tick);
    },
    gap(gap) {
      takeAlways(gap, laneOf(gap.symbol));
      copies.add(gap);
    },
    clock(clock) {
      const [symbol] = clock.symbols;
      if (symbol !== undefined && !buffer.paused) takeAlways(clock, laneOf(symbol));
    },
  };

  return {
    output,
    get depth() {
      return lanes.reduce((sum, lane) => sum + lane.inFlight, buffer.depth);
    },
    onPressure: (listener) => buffer.onBackpressure(listener),
    health: () => stored.health(),
    drain: async () => {
      await Promise.all([...lanes.map((lane) => lane.drain()), copies.drain()]);
    },
    stop: () => stored.stop(),
  };
}

class PartitionLane {
  readonly index: number;
  readonly #buffer: BackpressureBuffer<RawRecord>;
  readonly #stored: StoredPublisher;
  readonly #deps: RawPublisherDeps;
  readonly #routingKey: string;
  #inFlight = 0;
  #batch = 0;
  #cancelFlush: (() => void) | null = null;
  #draining: (() => void)[] = [];

  constructor(
    index: number,
    buffer: BackpressureBuffer<RawRecord>,
    stored: StoredPublisher,
    deps: RawPublisherDeps,
  ) {
    this.index = index;
    this.#buffer = buffer;
    this.#stored = stored;
    this.#deps = deps;
    this.#routingKey = routingKeys.raw(index, deps.exchange);
  }

  /** Records of the batch under way. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Publishes the next batch when it is due and none is under way; makes sure that it will be when it is not. */
  wake(): void {
    if (this.#inFlight > 0) return;
    const full = this.#buffer.complete(this.index);
    if (!full && this.#cancelFlush !== null) return;
    const { timers } = this.#deps;
    const now = timers.now();
    const records =
      this.#draining.length > 0 ? this.#buffer.drain(this.index) : this.#buffer.take(now, this.index);
    if (records.length > 0) {
      this.#cancelFlush?.();
      this.#cancelFlush = null;
      void this.#publish(records);
      return;
    }
    const dueAt = this.#buffer.dueAt(this.index);
    if (dueAt !== null) {
      this.#cancelFlush = timers.schedule(dueAt - now, () => {
        this.#cancelFlush = null;
        this.wake();
      });
    } else {
      this.#endDrain();
    }
  }

  /** Resolves when the lane is empty. */
  drain(): Promise<void> {
    return new Promise((resolve) => {
      this.#draining.push(resolve);
      this.#cancelFlush?.();
      this.#cancelFlush = null;
      this.wake();
    });
  }

  async #publish(records: RawRecord[]): Promise<void> {
    this.#inFlight = records.length;
    this.#batch += 1;
    const { source } = this.#deps;
    const { body, contentType, headers } = encodeBatch('raw', records);
    const stored = await this.#stored.publish(
      {
        amqpExchange: AMQP_EXCHANGES.raw,
        routingKey: this.#routingKey,
        body,
        contentType,
        headers: { ...headers, source, batch: this.#batch },
        messageId: `${source}:${this.index}:${this.#batch}`,
      },
      'raw',
      records.length,
    );
    this.#inFlight = 0;
    if (!stored) return this.#endDrain();
    this.#deps.onConfirmed(records);
    this.wake();
  }

  #endDrain(): void {
    for (const resolve of this.#draining) resolve();
    this.#draining = [];
  }
}

import { FlowController, type FlowListener } from './flow-controller';
import { Ring } from './ring';

const DEFAULT_HIGH_SHARE = 0.8;
const DEFAULT_LOW_SHARE = 0.5;

/** Sizes and times of a {@link BackpressureBuffer}. */
export interface BackpressureBufferOptions {
  /** Most items of one batch, >= 1. */
  readonly batchSize: number;
  /** Most items held over all lanes, >= 1; more are refused. */
  readonly maxBufferSize: number;
  /** An incomplete batch is handed out when its oldest item has waited this long, ms. */
  readonly flushIntervalMs: number;
  /** Number of independent queues inside (default 1); order is kept within each. */
  readonly lanes?: number;
  /** Depth at which listeners are told to pause; default 80 % of `maxBufferSize`. */
  readonly highMark?: number;
  /** Depth at which they are told to go on; default 50 % of `maxBufferSize`. */
  readonly lowMark?: number;
}

/**
 * A bounded buffer between a source that pushes and a sink that takes batches. It never waits and reads no clock.
 * Once an item had to be refused, all are refused until the depth is down at the low mark: a loss is then one stretch
 * with a beginning and an end instead of many small holes.
 */
export class BackpressureBuffer<T> {
  readonly #options: BackpressureBufferOptions;
  readonly #lanes: Ring<T>[];
  readonly #listeners: FlowListener[] = [];
  readonly #flow: FlowController;
  readonly #lowMark: number;
  #depth = 0;
  #shedding = false;

  /** @throws RangeError when a size is below 1 or the marks are not 0 <= low < high. */
  constructor(options: BackpressureBufferOptions) {
    const { batchSize, maxBufferSize, lanes = 1 } = options;
    if (!(batchSize >= 1 && maxBufferSize >= 1 && lanes >= 1)) {
      throw new RangeError('A buffer needs a batch size, a maximum and a number of lanes of at least 1.');
    }
    const highMark = options.highMark ?? Math.max(1, Math.floor(maxBufferSize * DEFAULT_HIGH_SHARE));
    this.#lowMark = options.lowMark ?? Math.min(highMark - 1, Math.floor(maxBufferSize * DEFAULT_LOW_SHARE));
    this.#options = options;
    this.#lanes = Array.from({ length: lanes }, () => new Ring<T>());
    this.#flow = new FlowController({ highMark, lowMark: this.#lowMark }, (paused) => {
      for (const listener of this.#listeners) listener(paused);
    });
  }

  /** Items held over all lanes. */
  get depth(): number {
    return this.#depth;
  }

  /** Whether the source should be paused. */
  get paused(): boolean {
    return this.#flow.paused;
  }

  /** Is told once per change whether the source should pause (true) or go on (false). */
  onBackpressure(listener: FlowListener): void {
    this.#listeners.push(listener);
  }

  /** Takes an item in, unless the buffer is full; false means that the item was refused and nothing was kept of it. */
  push(item: T, nowMs: number, lane = 0): boolean {
    if (this.#depth >= this.#options.maxBufferSize) this.#shedding = true;
    if (this.#shedding) return false;
    this.pushAlways(item, nowMs, lane);
    return true;
  }

  /** Takes an item in even when the buffer is full: for the few records that describe a loss, and are bounded by it. */
  pushAlways(item: T, nowMs: number, lane = 0): void {
    this.#lane(lane).push(item, nowMs);
    this.#moved(1);
  }

  /** The next batch of a lane, when it is complete or its oldest item has waited long enough; else empty. */
  take(nowMs: number, lane = 0): T[] {
    const dueAt = this.dueAt(lane);
    return dueAt === null || (nowMs < dueAt && !this.complete(lane)) ? [] : this.drain(lane);
  }

  /** The next batch of a lane, complete or not; empty when the lane is. */
  drain(lane = 0): T[] {
    const batch = this.#lane(lane).shift(this.#options.batchSize);
    this.#moved(-batch.length);
    return batch;
  }

  /** Whether a full batch waits in the lane. */
  complete(lane = 0): boolean {
    return this.#lane(lane).size >= this.#options.batchSize;
  }

  /** When an incomplete batch of the lane must be handed out, ms by the caller's clock; null when the lane is empty. */
  dueAt(lane = 0): number | null {
    const oldest = this.#lane(lane).oldestStamp;
    return oldest === null ? null : oldest + this.#options.flushIntervalMs;
  }

  #lane(index: number): Ring<T> {
    const lane = this.#lanes[index];
    if (lane === undefined) throw new RangeError(`The buffer has no lane ${index}.`);
    return lane;
  }

  #moved(items: number): void {
    this.#depth += items;
    if (this.#depth <= this.#lowMark) this.#shedding = false;
    this.#flow.update(this.#depth);
  }
}

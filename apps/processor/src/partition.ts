import { setTimeout as sleep } from 'node:timers/promises';
import {
  decodeBatch,
  logNames,
  PermanentError,
  rawQueue,
  type Candle,
  type RawRecord,
} from '@neuraltrade/contracts';
import { type Delivery, type MessageBus, Ownership, type Subscription } from '@neuraltrade/messaging';
import type { Metrics } from '@neuraltrade/metrics';
import { createProcessing, type Processing } from '@neuraltrade/processing';
import { atMost, type Logger } from '@neuraltrade/service';
import { processingConfig, type ProcessorConfig } from './config';
import { isTrade, PartitionOutputs } from './outputs';
import { HoleBook, type HoleBookState } from './hole-book';
import { Mending } from './mending';
import type { RefusalLog } from './refusal-log';
import type { StoredTicks } from './stored-ticks';

const RESTART_DELAY_MS = 500;
const STATE_ALARM_BYTES = 8_000_000;

/** What a partition needs from outside. */
export interface PartitionDeps {
  /** Where raw records come from and results go. */
  readonly bus: MessageBus;
  /** Sizes and intervals. */
  readonly config: ProcessorConfig;
  /** The process's metrics. */
  readonly metrics: Metrics;
  /** Where faults are told. */
  readonly log: Logger;
  /** Our clock, ms UTC; used only for a fence's candidate epoch base. */
  readonly now: () => number;
  /** Told of every record that is parked. */
  readonly refusals: RefusalLog;
  /** True when nothing is taken over from an earlier run: each session of a replay stands alone. */
  readonly startFresh: boolean;
  /** Where trades that were handed out can be read again; absent = nowhere: candles that lack lost batches stay incomplete. */
  readonly storedTicks?: StoredTicks;
}

interface Owned {
  readonly ownership: Ownership;
  readonly processing: Processing;
  readonly outputs: PartitionOutputs;
  readonly holes: HoleBook;
}

/**
 * One partition of market.raw from take-over to hand-over. A delivery is acked only after the outputs made of it are
 * confirmed, then a checkpoint that contains it is stored, then the log has shown that checkpoint back unfenced.
 */
export class Partition {
  private readonly queue: string;
  private subscription: Subscription | null = null;
  private owned: Owned | null = null;
  private takingGeneration = 0;
  private held: Delivery[] = [];
  private lastTag = 0;
  private ackedTag = 0;
  private barrier: Promise<void> | null = null;
  private stopping = false;
  private leaving: Promise<void> | null = null;
  private generation = 0;
  private fault = '';
  private readonly mending: Mending;
  /** Whether there is something new that no delivery brought. */
  private mended = false;

  /** @param number 0 to PARTITIONS - 1. */
  constructor(
    readonly number: number,
    private readonly deps: PartitionDeps,
  ) {
    this.queue = rawQueue(number, deps.config.QUEUE_MAX_BYTES).name;
    this.mending = new Mending({
      storedTicks: deps.storedTicks ?? null,
      patienceMs: deps.config.REBUILD_PATIENCE_MS,
      log: deps.log,
      now: deps.now,
    });
  }

  /** Empty when the partition can do its job, else why not, in one sentence. */
  get problem(): string {
    if (this.leaving !== null) return '';
    if (this.subscription === null) return this.fault || `Partition ${this.number} is not consumed yet.`;
    return this.fault || (this.owned?.outputs.problem ?? '');
  }

  /** The processing of the current ownership; null while another replica owns the partition or nothing came yet. */
  get processing(): Processing | null {
    return this.owned?.processing ?? null;
  }

  /** Whether deliveries have come: it was taken over, or is about to be. */
  get working(): boolean {
    return this.leaving === null && (this.owned !== null || this.held.length > 0);
  }

  /** Whether it was left to another replica. */
  get released(): boolean {
    return this.leaving !== null;
  }

  /** Starts consuming. The take-over waits for the first delivery: a fence without one would oust the real owner. */
  async start(): Promise<void> {
    const generation = ++this.generation;
    this.lastTag = this.ackedTag = 0;
    this.held = [];
    const subscription = await this.deps.bus.consume(
      this.queue,
      { prefetch: this.deps.config.PREFETCH },
      (delivery) => this.receive(delivery, generation),
    );
    // It was left, or taken over again, meanwhile.
    if (generation !== this.generation) return subscription.close();
    this.subscription = subscription;
    this.fault = '';
    void subscription.ended.then((how) => {
      if (how === 'lost') this.restart(generation, 'its queue or connection went away');
    });
  }

  /** Turns gathered ticks into messages. */
  flush(): void {
    this.owned?.outputs.flush();
  }

  /** Goes on with bringing back what lost batches took with them. */
  async mend(): Promise<void> {
    const { owned } = this;
    if (owned === null || this.leaving !== null) return;
    const isCurrent = (): boolean => this.owned === owned && this.leaving === null;
    if ((await this.mending.run(owned, isCurrent)) && isCurrent()) this.mended = true;
  }

  /** Open candles that changed since the last call. */
  partials(): Candle[] {
    return this.owned?.processing.partials() ?? [];
  }

  /** Makes a checkpoint of everything processed so far and acks it; at most one at a time, none when nothing is new. */
  checkpoint(): Promise<void> {
    if (this.barrier === null && this.owned !== null && (this.lastTag > this.ackedTag || this.mended)) {
      const generation = this.generation;
      const barrier = this.runBarrier(this.owned, this.lastTag, generation)
        .catch((error: unknown) => this.restart(generation, reasonOf(error)))
        .finally(() => {
          if (this.barrier === barrier) this.barrier = null;
        });
      this.barrier = barrier;
    }
    return this.barrier ?? Promise.resolve();
  }

  /**
   * Resolves when the queue is empty and everything in it processed; then closes every candle and acks. Only for a bus inside
   * this process, as drain.
   * Returns the final candles of this ownership, by venue.
   */
  async finish(): Promise<ReadonlyMap<string, number>> {
    await this.drain();
    if (this.owned === null) return new Map();
    const { processing, outputs } = this.owned;
    processing.finish(outputs);
    outputs.flush();
    await outputs.settled();
    return outputs.finalCandles;
  }

  /**
   * Resolves when the queue is empty and everything in it processed, stored in a checkpoint and acked, or when told to.
   * Only for a bus inside this process: RabbitMQ does not tell of deliveries that are under way, so that it would end too soon.
   */
  async drain(giveUp?: AbortSignal): Promise<void> {
    while (giveUp?.aborted !== true) {
      await this.checkpoint();
      // Unacked ones count too: a delivery may be on its way to us, neither waiting any more nor received yet.
      const { ready, unacked } = await this.deps.bus.depth(this.queue);
      if (ready === 0 && unacked === 0) return;
      await sleep(5);
    }
  }

  /** Hands the partition over for good; without the last checkpoint when that takes longer than `timeoutMs`. */
  async stop(timeoutMs?: number): Promise<void> {
    this.stopping = true;
    await this.release(timeoutMs);
  }

  /** Hands the partition over to whoever waits for it: a last checkpoint, then the subscription is closed. */
  release(timeoutMs?: number): Promise<void> {
    this.leaving ??= this.leave(timeoutMs);
    return this.leaving;
  }

  /** Consumes again after {@link release}. */
  async resume(): Promise<void> {
    await this.leaving;
    if (this.stopping || this.leaving === null) return;
    this.leaving = null;
    await this.start().catch((error: unknown) => this.restart(this.generation, reasonOf(error)));
  }

  private async leave(timeoutMs?: number): Promise<void> {
    const checkpoint = this.lastCheckpoint();
    await (timeoutMs === undefined ? checkpoint : atMost(timeoutMs, checkpoint));
    this.generation += 1;
    const { subscription, owned } = this;
    this.subscription = null;
    this.owned = null;
    this.held = [];
    owned?.outputs.abandon();
    await subscription?.close();
    await owned?.ownership.close();
  }

  private async lastCheckpoint(): Promise<void> {
    // One under way may not hold the newest deliveries yet.
    await this.barrier;
    await this.checkpoint();
  }

  private receive(delivery: Delivery, generation: number): void {
    // What comes while the partition is left stays unanswered and goes back to the queue.
    if (generation !== this.generation || this.leaving !== null) return;
    if (this.owned !== null) return this.process(this.owned, delivery);
    this.held.push(delivery);
    // Tied to the generation: a take-over that a restart has overtaken must not hold up the next one.
    if (this.takingGeneration === generation) return;
    this.takingGeneration = generation;
    void this.takeOver(generation).catch((error: unknown) => this.restart(generation, reasonOf(error)));
  }

  private async takeOver(generation: number): Promise<void> {
    const { bus, config, metrics, now, startFresh } = this.deps;
    const logName = logNames.checkpoint(this.number);
    const ownership = await Ownership.take(await bus.openLog(logName), {
      name: logName,
      now: now(),
      remedy: 'Delete the log and rebuild the candles from the stored ticks.',
    });
    if (generation !== this.generation) return ownership.close();
    const { state, inputs } = readCheckpoint(startFresh ? null : ownership.recovered.state);
    const epoch = ownership.candleEpoch;
    const processing = createProcessing(processingConfig(config), epoch, state);
    const holes = new HoleBook(startFresh ? null : inputs, config.MAX_FUTURE_SKEW_MS, now);
    const outputs = new PartitionOutputs(
      bus,
      metrics,
      this.queue,
      epoch,
      config.BATCH_SIZE,
      (reason, detail) => this.deps.refusals.note(reason, detail),
    );
    this.owned = { ownership, processing, outputs, holes };
    void ownership.ended.then((how) => {
      if (how === 'lost') this.restart(generation, 'its checkpoint log can no longer be watched');
    });
    for (const delivery of this.held.splice(0)) this.process(this.owned, delivery);
  }

  private process({ processing, outputs, holes }: Owned, delivery: Delivery): void {
    this.lastTag = delivery.tag;
    outputs.begin(delivery);
    const records = recordsOf(delivery, outputs);
    const missing = holes.receive(delivery, records, processing, outputs);
    if (missing !== null) {
      const [, , exchange = ''] = delivery.routingKey.split('.');
      this.deps.metrics.batchesMissing.inc({ exchange }, missing.to - missing.from + 1);
      this.deps.log.error(
        { partition: this.number, exchange, ...missing, redelivered: delivery.redelivered },
        'Batches of an adapter did not come, though they were confirmed to it: the state is older than its acknowledgements, ' +
          'or the queue has lost them. The candles of this venue in this partition are incomplete until stored trades fill them.',
      );
    }
    const repeatedBefore = repeatsOf(processing);
    processing.apply(records, outputs);
    outputs.repeated(repeatsOf(processing) - repeatedBefore);
    if (this.lastTag - this.ackedTag >= this.deps.config.PREFETCH / 2) void this.checkpoint();
  }

  private async runBarrier(
    { ownership, processing, outputs, holes }: Owned,
    tag: number,
    generation: number,
  ): Promise<void> {
    outputs.flush();
    const state = `${JSON.stringify(holes.export())}\n${processing.exportState()}`;
    this.mended = false;
    if (state.length > STATE_ALARM_BYTES) {
      this.deps.log.warn(
        { partition: this.number, bytes: state.length },
        'The checkpoint is larger than it should be.',
      );
    }
    await outputs.settled();
    await ownership.save(state);
    // Tags of an ended subscription mean other messages on the next one.
    if (generation !== this.generation) return;
    if (tag === this.ackedTag) return;
    this.subscription?.ackThrough(tag);
    this.ackedTag = tag;
  }

  private restart(generation: number, reason: string): void {
    if (generation !== this.generation || this.leaving !== null) return;
    const restarted = ++this.generation;
    this.fault = `Partition ${this.number} is taken over again: ${reason}`;
    this.deps.log.warn({ partition: this.number, reason }, 'Taking a partition over again.');
    const { subscription, owned } = this;
    this.subscription = null;
    this.owned = null;
    // Its outputs are given up, so that it may never end: the next ownership must not wait for it.
    this.barrier = null;
    owned?.outputs.abandon();
    void Promise.allSettled([subscription?.close(), owned?.ownership.close()])
      .then(() => sleep(RESTART_DELAY_MS, undefined, { ref: false }))
      .then(() => (restarted === this.generation ? this.start() : undefined))
      .catch((error: unknown) => this.restart(this.generation, reasonOf(error)));
  }
}

/** The records of a delivery that can be used; what cannot is parked. */
function tradesIn(records: readonly RawRecord[]): number {
  let trades = 0;
  for (const record of records) if (isTrade(record)) trades += 1;
  return trades;
}

function repeatsOf({ counters }: Processing): number {
  let repeats = 0;
  for (const { repeated } of counters.values()) repeats += repeated.same + repeated.conflict;
  return repeats;
}

function recordsOf(delivery: Delivery, outputs: PartitionOutputs): RawRecord[] {
  try {
    const { records, faults } = decodeBatch('raw', delivery);
    outputs.received(tradesIn(records) + faults.filter(({ value }) => isTrade(value)).length);
    for (const { value, fault } of faults) outputs.refuse(value, 'malformed', fault);
    return records;
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    outputs.unreadable(delivery, error.reason, error.message);
    return [];
  }
}

/** Parts a checkpoint: a line of JSON for the inputs, then the state. One of an earlier release has the state alone. */
function readCheckpoint(text: string | null): { state: string | undefined; inputs: HoleBookState | null } {
  if (text === null) return { state: undefined, inputs: { inputs: [], holes: [], shadows: [] } };
  const line = text.indexOf('\n');
  if (line === -1) return { state: text, inputs: null };
  return { state: text.slice(line + 1), inputs: JSON.parse(text.slice(0, line)) as HoleBookState };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import {
  AMQP_EXCHANGES,
  type BatchKind,
  type BatchRecords,
  type Candle,
  candleKey,
  encodeBatch,
  type Gap,
  type ParkReason,
  type ProcessedTick,
  routingKeys,
} from '@neuraltrade/contracts';
import { type Delivery, type MessageBus, type OutgoingMessage, parkedMessage } from '@neuraltrade/messaging';
import type { Metrics, RecordLedger } from '@neuraltrade/metrics';
import type { ProcessingOutputs } from '@neuraltrade/processing';
import { OutputLane } from './output-lane';

/** A refusal that lasts longer (ms) is told; shorter ones are the queues' ordinary breathing. */
const STUCK_AFTER_MS = 5_000;

/** What a partition publishes, gathered into batches of one symbol and kept in order per symbol until confirmed. */
export class PartitionOutputs implements ProcessingOutputs {
  private readonly lanes = new Map<string, OutputLane>();
  private readonly ticks = new Map<string, ProcessedTick[]>();
  private delivery: Delivery | null = null;
  private refusals = 0;
  private readonly finals = new Map<string, number>();
  /** Ticks of each message that is not confirmed yet. */
  private readonly unconfirmed = new Set<{ readonly ticks: number }>();
  private readonly ledger: RecordLedger;
  private readonly forgetHeld: () => void;

  /**
   * @param queue the queue that is consumed, named in the headers of parked records.
   * @param epoch the candle epoch of this ownership, carried in every header.
   * @param batchSize ticks of one symbol that make a message before the next flush does.
   * @param onRefused told of every record that is parked, and why.
   */
  constructor(
    private readonly bus: MessageBus,
    private readonly metrics: Metrics,
    private readonly queue: string,
    private readonly epoch: number,
    private readonly batchSize: number,
    private readonly onRefused: (reason: ParkReason, detail: string) => void,
  ) {
    this.ledger = metrics.ledger('processor');
    this.forgetHeld = this.ledger.holds(() => this.heldTicks);
  }

  /** Trades were taken in. */
  received(trades: number): void {
    this.ledger.received(trades);
  }

  /** Trades had been seen before. */
  repeated(trades: number): void {
    this.ledger.rejected('repeated', trades);
  }

  /** Parks a message that cannot be read: it counts as one record. */
  unreadable(message: Delivery, reason: ParkReason, detail: string): void {
    this.ledger.received(1);
    this.ledger.rejected(reason, 1);
    this.park(message, reason, detail);
  }

  /** Gathers a processed tick. */
  tick(tick: ProcessedTick): void {
    const key = `${tick.exchange}:${tick.symbol}`;
    let gathered = this.ticks.get(key);
    if (gathered === undefined) this.ticks.set(key, (gathered = []));
    gathered.push(tick);
    if (gathered.length >= this.batchSize) this.flushTicks(gathered);
  }

  /** Publishes a final or revised candle. */
  candle(candle: Candle): void {
    const { exchange, symbol, timeframe, state, revision } = candle;
    if (state === 'partial') return;
    if (state === 'final') this.finals.set(exchange, (this.finals.get(exchange) ?? 0) + 1);
    this.publish('candles', `ohlcv:${exchange}:${symbol}`, [candle], {
      amqpExchange: AMQP_EXCHANGES.ohlcv,
      routingKey: routingKeys.candle(state, timeframe, exchange, symbol),
      messageId: `${candleKey(candle)}:${this.epoch}:${revision}`,
    });
  }

  /** Publishes a gap that the processor found itself. */
  gap(gap: Gap): void {
    this.publish('gaps', 'gaps', [gap], {
      amqpExchange: AMQP_EXCHANGES.events,
      routingKey: routingKeys.gap(gap.exchange, gap.symbol),
      messageId: `${gap.gapId}:${gap.status}`,
    });
  }

  /** Names the delivery that is processed from now on: what is refused meanwhile was part of it. */
  begin(delivery: Delivery): void {
    this.delivery = delivery;
  }

  /** Parks a record of the delivery that cannot be used, with its reason. */
  refuse(record: unknown, reason: ParkReason, detail: string): void {
    if (this.delivery === null) throw new Error('A record was refused before any delivery.');
    if (isTrade(record)) this.ledger.rejected(reason, 1);
    const { messageId } = this.delivery;
    this.park(
      {
        ...this.delivery,
        body: Buffer.from(JSON.stringify([record])),
        messageId: `${messageId}:${this.epoch}:${++this.refusals}`,
      },
      reason,
      detail,
    );
  }

  /** Parks a message that cannot be used as a whole. */
  park(message: Delivery, reason: ParkReason, detail: string): void {
    this.metrics.parked.inc({ reason });
    this.onRefused(reason, detail);
    this.lane('parked').add(parkedMessage(message, this.queue, reason, detail));
  }

  /** Empty while outputs get stored; else which of them have been refused for longer than a moment, in one sentence. */
  get problem(): string {
    for (const [key, lane] of this.lanes) {
      if (lane.refusedForMs < STUCK_AFTER_MS) continue;
      const seconds = Math.round(lane.refusedForMs / 1_000);
      return `Messages of ${key} have been refused for ${seconds} s: a queue that they go to is full or gone.`;
    }
    return '';
  }

  /** Final candles published so far, by venue: each candle of this ownership once. */
  get finalCandles(): ReadonlyMap<string, number> {
    return this.finals;
  }

  /** Turns gathered ticks into messages. */
  flush(): void {
    for (const gathered of this.ticks.values()) if (gathered.length > 0) this.flushTicks(gathered);
  }

  /** Resolves when everything published so far is confirmed; a full queue makes it wait, however long. */
  async settled(): Promise<void> {
    await Promise.all([...this.lanes.values()].map((lane) => lane.settled()));
  }

  /** Gives up what waits; the next owner publishes it again. */
  abandon(): void {
    this.ledger.rejected('returned-to-queue', this.heldTicks);
    this.unconfirmed.clear();
    this.ticks.clear();
    this.forgetHeld();
    for (const lane of this.lanes.values()) lane.abandon();
  }

  private flushTicks(gathered: ProcessedTick[]): void {
    const batch = gathered.splice(0);
    const first = batch[0] as ProcessedTick;
    const last = batch[batch.length - 1] as ProcessedTick;
    const sent = { ticks: batch.length };
    this.unconfirmed.add(sent);
    const onStored = (): void => {
      // What was given up is made anew by the next owner, whether or not it was stored in the end.
      if (this.unconfirmed.delete(sent)) this.ledger.confirmed(sent.ticks);
    };
    this.publish(
      'ticks',
      `ticks:${first.exchange}:${first.symbol}`,
      batch,
      {
        amqpExchange: AMQP_EXCHANGES.ticks,
        routingKey: routingKeys.tick(first.exchange, first.symbol),
        messageId: `${first.exchange}:${first.symbol}:${first.tradeId}-${last.tradeId}:${batch.length}`,
      },
      onStored,
    );
  }

  private get heldTicks(): number {
    let held = 0;
    for (const gathered of this.ticks.values()) held += gathered.length;
    for (const { ticks } of this.unconfirmed) held += ticks;
    return held;
  }

  private publish<K extends BatchKind>(
    kind: K,
    lane: string,
    records: readonly BatchRecords[K][],
    address: Pick<OutgoingMessage, 'amqpExchange' | 'routingKey' | 'messageId'>,
    onStored?: () => void,
  ): void {
    const { body, contentType, headers } = encodeBatch(kind, records);
    this.lane(lane, kind).add(
      { ...address, body, contentType, headers: { ...headers, epoch: this.epoch } },
      onStored,
    );
  }

  private lane(key: string, kind: BatchKind | 'parked' = 'parked'): OutputLane {
    let lane = this.lanes.get(key);
    if (lane === undefined) {
      lane = new OutputLane(this.bus, (outcome) => {
        if (outcome === 'confirmed') this.metrics.messagesPublished.inc({ kind });
        else this.metrics.messagesNacked.inc({ stage: 'processor', reason: outcome });
      });
      this.lanes.set(key, lane);
    }
    return lane;
  }
}

/** Whether a record, malformed as it may be, is meant for a trade: gaps, clocks and candles have no trade id of their own. */
export function isTrade(record: unknown): boolean {
  return typeof record === 'object' && record !== null && 'tradeId' in record;
}

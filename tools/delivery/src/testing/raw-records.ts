import { decodeBatch, type Gap, isClock, isGap, type RawRecord, rawQueue } from '@neuraltrade/contracts';
import type { Delivery, MessageBus } from '@neuraltrade/messaging';
import { consumeSteadily } from './consume-steadily';
import { nameOf } from './owed-trades';

/** Takes what adapters publish on market.raw, in the order of each partition, and stops taking it on command. */
export class RawRecords {
  /** Every record of each partition. */
  readonly records: readonly RawRecord[][];
  /** 'exchange:symbol:id' of each trade. */
  readonly trades = new Set<string>();
  /** Trades by venue, repeats included. */
  readonly counts = new Map<string, number>();
  /** Gap records by the gap's id: the newest one. */
  readonly gaps = new Map<string, Gap>();
  readonly #held: (() => void)[] = [];
  #holding = false;

  /** @param partitions number of partitions of market.raw. */
  constructor(partitions: number) {
    this.records = Array.from({ length: partitions }, () => []);
  }

  /** Begins to take them, and goes on over lost connections. */
  async start(bus: MessageBus): Promise<void> {
    for (const [partition] of this.records.entries()) {
      await consumeSteadily(bus, rawQueue(partition, 1).name, { prefetch: 10 }, (delivery, ack) => {
        const take = (): void => {
          this.#take(delivery, partition);
          ack();
        };
        if (this.#holding) this.#held.push(take);
        else take();
      });
    }
  }

  /** Answers no delivery from now on: the queues fill. */
  hold(): void {
    this.#holding = true;
  }

  /** Goes on. */
  release(): void {
    this.#holding = false;
    for (const take of this.#held.splice(0)) take();
  }

  /** Trades of a venue so far, repeats included. */
  count(exchange: string): number {
    return this.counts.get(exchange) ?? 0;
  }

  #take(delivery: Delivery, partition: number): void {
    for (const record of decodeBatch('raw', delivery).records) {
      this.records[partition]?.push(record);
      if (isClock(record)) continue;
      if (isGap(record)) {
        this.gaps.set(record.gapId, record);
        continue;
      }
      this.trades.add(nameOf(record));
      this.counts.set(record.exchange, this.count(record.exchange) + 1);
    }
  }
}

import type { CompleteCommand } from './fault-command';
import type { FaultKind } from './fault-kinds';

/** One line of the truth log that is no trade: a fault that was carried out, whole or a part of it. */
export interface FaultRecord {
  /** Number of the command that asked for it, from 1; one command may have several lines. */
  readonly id: number;
  /** What was done. */
  readonly fault: FaultKind;
  /** The venue's name. */
  readonly exchange: string;
  /** When it began, ms UTC of the simulator's clock. */
  readonly at: number;
  /** When it ends or ended, ms UTC of the simulator's clock; absent where it took no time. */
  readonly until?: number;
  /** BASE/QUOTE, where it befell one symbol. */
  readonly symbol?: string;
  /** Ids of the trades that it befell. */
  readonly tradeIds?: readonly string[];
  /** True when no newer frame came within the limit: the trades were late, but not out of order. */
  readonly inOrder?: true;
  /** Clients that it befell. */
  readonly clients?: number;
  /** Delay or shift, ms. */
  readonly ms?: number;
  /** Path of the request that it befell. */
  readonly path?: string;
}

/** What a fault did, apart from what its command says. */
export type FaultEffect = Partial<
  Pick<FaultRecord, 'at' | 'until' | 'tradeIds' | 'inOrder' | 'clients' | 'ms' | 'path'>
>;

/** A command that was accepted, and how often it has shown an effect. */
export interface OrderedFault {
  /** Number of the command, from 1. */
  readonly id: number;
  /** What shall be done. */
  readonly fault: FaultKind;
  /** The venue's name. */
  readonly exchange: string;
  /** BASE/QUOTE; absent for a fault of a whole venue. */
  readonly symbol?: string;
  /** When it was ordered, ms UTC of the simulator's clock. */
  readonly at: number;
  /** How often it showed so far; 0 while it waits for its trades or requests, or when there was no client to befall. */
  readonly effects: number;
}

/** How many commands are remembered one by one. */
const REMEMBERED = 1_000;

/** The commands that were accepted, and what they did. */
export class FaultLedger {
  readonly #nowMs: () => number;
  readonly #write: (record: FaultRecord) => void;
  readonly #ordered = new Map<number, OrderedFault & { effects: number }>();
  readonly #carriedOut: Partial<Record<FaultKind, number>> = {};
  #count = 0;

  /** @param write takes each line for the truth log. */
  constructor(nowMs: () => number, write: (record: FaultRecord) => void) {
    this.#nowMs = nowMs;
    this.#write = write;
  }

  /** Commands that have shown an effect, by the fault's name. */
  get carriedOut(): Readonly<Partial<Record<FaultKind, number>>> {
    return { ...this.#carriedOut };
  }

  /** The newest 1,000 commands, oldest first. */
  list(): readonly OrderedFault[] {
    return [...this.#ordered.values()].map((ordered) => ({ ...ordered }));
  }

  /** Accepts a command. */
  order({ fault, exchange, symbol }: CompleteCommand): OrderedFault {
    const ordered = {
      id: ++this.#count,
      fault,
      exchange,
      ...(symbol !== undefined && { symbol }),
      at: this.#nowMs(),
      effects: 0,
    };
    this.#ordered.set(ordered.id, ordered);
    const [oldest] = this.#ordered.keys();
    if (this.#ordered.size > REMEMBERED && oldest !== undefined) this.#ordered.delete(oldest);
    return ordered;
  }

  /** Notes what a command did, now unless the effect says when. */
  effect(ordered: OrderedFault, effect: FaultEffect): FaultRecord {
    const { id, fault, exchange, symbol } = ordered;
    const record: FaultRecord = {
      id,
      fault,
      exchange,
      at: this.#nowMs(),
      ...(symbol !== undefined && { symbol }),
      ...effect,
    };
    const own = ordered as { effects: number };
    // What befell no client was done in vain.
    if (effect.clients !== 0 && own.effects++ === 0)
      this.#carriedOut[fault] = (this.#carriedOut[fault] ?? 0) + 1;
    this.#write(record);
    return record;
  }
}

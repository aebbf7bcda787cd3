import { appendFileSync, closeSync, openSync } from 'node:fs';
import type { FaultRecord } from './faults/fault-ledger';
import { trimmedDecimal } from './market/decimal-text';
import type { Instrument, MarketTrade } from './market/instrument';

/** One line of the truth log. */
export interface TruthRecord {
  /** The venue's name. */
  readonly exchange: string;
  /** BASE/QUOTE. */
  readonly symbol: string;
  /** The venue's id of the trade as text. */
  readonly tradeId: string;
  /** Quote currency, decimal text without zeros at the end. */
  readonly price: string;
  /** Base currency, decimal text without zeros at the end. */
  readonly size: string;
  /** Who took. */
  readonly takerSide: 'buy' | 'sell';
  /** Match time, ms UTC, cut. */
  readonly timestamp: number;
  /** How the first client got it: live, or afterwards by REST or as history on subscribing. */
  readonly via: 'feed' | 'history';
}

const FLUSH_BYTES = 64 * 1024;

/** Ground truth: every trade that at least one client was sent or served, once, as NDJSON in that order. */
export class TruthLog {
  readonly #file: number;
  #pending = '';
  #failure: Error | null = null;

  /** @param path file to append to. @throws Error with a plain sentence when it cannot be opened. */
  constructor(path: string) {
    try {
      this.#file = openSync(path, 'a');
    } catch (error) {
      const fault = error instanceof Error ? error.message : String(error);
      throw new Error(`The truth log cannot be opened: ${fault}.`, { cause: error });
    }
  }

  /** Notes those of the trades that no client was told of before. */
  record(
    instrument: Instrument,
    trades: readonly MarketTrade[],
    via: TruthRecord['via'],
    tradeId: (instrument: Instrument, trade: MarketTrade) => string,
  ): void {
    const { venue, symbol, priceDecimals, sizeDecimals } = instrument.listing;
    for (const trade of trades) {
      if (!instrument.recent.markTold(trade.id)) continue;
      const line: TruthRecord = {
        exchange: venue,
        symbol,
        tradeId: tradeId(instrument, trade),
        price: trimmedDecimal(trade.price, priceDecimals),
        size: trimmedDecimal(trade.size, sizeDecimals),
        takerSide: trade.takerBuys ? 'buy' : 'sell',
        timestamp: Math.floor(trade.timeUs / 1000),
        via,
      };
      this.#pending += `${JSON.stringify(line)}\n`;
    }
    if (this.#pending.length >= FLUSH_BYTES) this.flush();
  }

  /** Notes a fault. */
  recordFault(fault: FaultRecord): void {
    this.#pending += `${JSON.stringify(fault)}\n`;
  }

  /** Writes what is buffered. A failed write is kept for {@link close}; what follows it is not written any more. */
  flush(): void {
    if (this.#pending === '') return;
    const text = this.#pending;
    this.#pending = '';
    if (this.#failure !== null) return;
    try {
      // Synchronous on purpose: one write for some hundred trades, in order, and no queue that could grow.
      appendFileSync(this.#file, text);
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
    }
  }

  /** Writes the rest and closes the file. @throws Error when any write has failed, since the log then misses trades. */
  close(): void {
    this.flush();
    closeSync(this.#file);
    if (this.#failure !== null) throw new Error(`The truth log is incomplete: ${this.#failure.message}.`);
  }
}

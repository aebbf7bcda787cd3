import type { Instrument } from '../market/instrument';
import { Audience } from '../server/audience';
import type { BinanceSession } from './session';

interface Stream {
  readonly instrument: Instrument;
  readonly audience: Audience<BinanceSession>;
}

/** The streams that carry data, by name, and who listens to them. */
export class StreamDirectory {
  /** Listeners of `<symbol>@trade`. */
  readonly trades = new Audience<BinanceSession>();
  /** Listeners of `<symbol>@bookTicker`. */
  readonly bookTickers = new Audience<BinanceSession>();
  readonly #streams = new Map<string, Stream>();

  constructor(instruments: readonly Instrument[]) {
    for (const instrument of instruments) {
      this.#streams.set(tradeStream(instrument), { instrument, audience: this.trades });
      this.#streams.set(bookTickerStream(instrument), { instrument, audience: this.bookTickers });
    }
  }

  /** Adds a listener; nothing for a stream that does not exist. */
  join(stream: string, session: BinanceSession): void {
    const target = this.#streams.get(stream);
    target?.audience.add(target.instrument, session);
  }

  /** Removes a listener. */
  leave(stream: string, session: BinanceSession): void {
    const target = this.#streams.get(stream);
    target?.audience.remove(target.instrument, session);
  }

  /** Removes a listener from every stream. */
  leaveAll(session: BinanceSession): void {
    this.trades.removeAll(session);
    this.bookTickers.removeAll(session);
  }
}

/** Name of the instrument's trade stream ('btcusdt@trade'). */
export function tradeStream(instrument: Instrument): string {
  return `${instrument.listing.native.toLowerCase()}@trade`;
}

/** Name of the instrument's quote stream ('btcusdt@bookTicker'). */
export function bookTickerStream(instrument: Instrument): string {
  return `${instrument.listing.native.toLowerCase()}@bookTicker`;
}

import type { Candle } from '@neuraltrade/contracts';

/** A candle that a decision may rest on: its interval is over and none of its trades is known to be missing. */
export type ClosedCandle = Readonly<Candle> & {
  readonly state: 'final' | 'revised';
  readonly complete: true;
};

/** The candle as one to decide on; null while it is open, or when trades of it are missing. */
export function closedCandle(candle: Readonly<Candle>): ClosedCandle | null {
  return isClosed(candle) ? candle : null;
}

function isClosed(candle: Readonly<Candle>): candle is ClosedCandle {
  return candle.complete && candle.state !== 'partial';
}

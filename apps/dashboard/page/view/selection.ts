import type { CandleSeriesName } from '../protocol';

/** The candle lengths that the page offers. */
export const TIMEFRAMES = ['1m', '5m', '15m', '1h'] as const;

/** The address of a series within the page: '#/binance/BTC-USDT/1m'. */
export function selectionHash({ exchange, symbol, timeframe }: CandleSeriesName): string {
  return `#/${exchange}/${symbol.replace('/', '-')}/${timeframe}`;
}

/** The series that an address names; null when it names none. */
export function parseSelection(hash: string): CandleSeriesName | null {
  const match = /^#\/([a-z][a-z0-9]{1,23})\/([A-Z0-9]{1,24})-([A-Z0-9]{1,24})\/(\d{1,5}[smhd])$/.exec(hash);
  if (match === null) return null;
  const [, exchange = '', base = '', quote = '', timeframe = ''] = match;
  return { exchange, symbol: `${base}/${quote}`, timeframe };
}

/** Whether two names mean the same series. */
export function isSameSeries(a: CandleSeriesName, b: CandleSeriesName): boolean {
  return a.exchange === b.exchange && a.symbol === b.symbol && a.timeframe === b.timeframe;
}

import type { CandleSeriesName } from '../protocol';

/** The panels; where only one fits, one of them is shown. */
export const PANELS = ['prices', 'chart', 'tape', 'signals', 'pipeline'] as const;
/** The name of a panel. */
export type PanelName = (typeof PANELS)[number];

/** What can be drawn over the candles. */
export const OVERLAYS = ['vwap', 'gaps', 'signals'] as const;
/** The name of an overlay. */
export type OverlayName = (typeof OVERLAYS)[number];

/** The candle lengths that the page offers. */
export const TIMEFRAMES = ['1m', '5m', '15m', '1h'] as const;

/** What the page shows, as far as its address says it: links, reload and the back button restore it. */
export interface PageAddress {
  /** The series of the chart; null while none is chosen. */
  readonly series: CandleSeriesName | null;
  /** Panels that are put away on a wide screen. */
  readonly hidden: readonly PanelName[];
  /** The panel that a narrow screen shows. */
  readonly panel: PanelName;
  /** Overlays that are switched off. */
  readonly off: readonly OverlayName[];
  /** Whose signals are listed: those of every symbol, or of the chart's. */
  readonly signals: 'all' | 'symbol';
}

/** What a bare address shows. */
export const PLAIN_ADDRESS: PageAddress = {
  series: null,
  hidden: [],
  panel: 'prices',
  off: [],
  signals: 'all',
};

/** The address as the part of a URL from '#' on; what is as usual is left out. */
export function formatAddress({ series, hidden, panel, off, signals }: PageAddress): string {
  const options = [
    hidden.length > 0 && `hide=${hidden.join(',')}`,
    panel !== PLAIN_ADDRESS.panel && `panel=${panel}`,
    off.length > 0 && `off=${off.join(',')}`,
    signals !== PLAIN_ADDRESS.signals && `signals=${signals}`,
  ].filter((option) => option !== false);
  const path =
    series === null ? '' : `/${series.exchange}/${series.symbol.replace('/', '-')}/${series.timeframe}`;
  return `#${path}${options.length > 0 ? `?${options.join('&')}` : ''}`;
}

/** Reads the part of a URL from '#' on; what nobody knows is as if it were not there. */
export function parseAddress(hash: string): PageAddress {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?', 2);
  const options = new URLSearchParams(query);
  const among = <T extends string>(name: string, known: readonly T[]): T[] => {
    const given = (options.get(name) ?? '').split(',');
    return known.filter((word) => given.includes(word));
  };
  return {
    series: parseSeries(path),
    hidden: among('hide', PANELS),
    panel: among('panel', PANELS)[0] ?? PLAIN_ADDRESS.panel,
    off: among('off', OVERLAYS),
    signals: among('signals', ['symbol'] as const)[0] ?? PLAIN_ADDRESS.signals,
  };
}

/** `names` without `name` if it was among them, else with it. */
export function toggled<T>(names: readonly T[], name: T): T[] {
  return names.includes(name) ? names.filter((other) => other !== name) : [...names, name];
}

/** Whether two names mean the same series. */
export function isSameSeries(a: CandleSeriesName | null, b: CandleSeriesName | null): boolean {
  if (a === null || b === null) return a === b;
  return a.exchange === b.exchange && a.symbol === b.symbol && a.timeframe === b.timeframe;
}

function parseSeries(path: string): CandleSeriesName | null {
  const match = /^\/([a-z][a-z0-9]{1,23})\/([A-Z0-9]{1,24})-([A-Z0-9]{1,24})\/(\d{1,5}[smhd])$/.exec(path);
  if (match === null) return null;
  const [, exchange = '', base = '', quote = '', timeframe = ''] = match;
  return { exchange, symbol: `${base}/${quote}`, timeframe };
}

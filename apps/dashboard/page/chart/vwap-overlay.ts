import type { Candle } from '@neuraltrade/contracts';
import type { ISeriesApi } from 'lightweight-charts';
import { chartTime } from './bar-look';
import { type SessionVwap, SessionVwapLine } from './session-vwap';

/** The VWAP line on the chart, and its figure at every candle. */
export class VwapOverlay {
  private readonly line = new SessionVwapLine();
  private points = new Map<number, SessionVwap>();

  /** @param series what draws it. */
  constructor(private readonly series: ISeriesApi<'Line'>) {}

  /** VWAP of the UTC day up to and with the candle that opens at this instant, ms UTC; undefined without a candle. */
  at(timestamp: number): SessionVwap | undefined {
    return this.points.get(timestamp);
  }

  /** Shows or hides the line; its figures stay. */
  show(visible: boolean): void {
    this.series.applyOptions({ visible });
  }

  /** Draws the whole line of ascending candles. */
  rebuild(candles: readonly Candle[]): void {
    const points = this.line.rebuild(candles);
    this.points = new Map(points.map((point) => [point.timestamp, point]));
    this.series.setData(points.map(drawnPoint));
  }

  /** Draws the point of the newest candle, or of one behind it. */
  append(candle: Candle): void {
    const point = this.line.next(candle);
    this.points.set(point.timestamp, point);
    this.series.update(drawnPoint(point));
  }
}

function drawnPoint({ timestamp, value }: SessionVwap): {
  time: ReturnType<typeof chartTime>;
  value: number;
} {
  return { time: chartTime(timestamp), value };
}

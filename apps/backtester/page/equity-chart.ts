import {
  AreaSeries,
  createSeriesMarkers,
  type IChartApi,
  type ISeriesApi,
  LineSeries,
  LineStyle,
  type UTCTimestamp,
} from 'lightweight-charts';
import type { ChartData } from '../src/report/chart-data';
import { createFrame, minuteText, paintFrame } from './chart-frame';
import { Legend } from './legend';
import { readPalette } from './palette';

/** Equity of strategy and benchmark over time, and the drawdown below. */
export class EquityChart {
  private readonly chart: IChartApi;
  private readonly strategy: ISeriesApi<'Area'>;
  private readonly benchmark: ISeriesApi<'Line'>;
  private readonly drawdown: ISeriesApi<'Area'>;

  /** @param container an element with a size. */
  constructor(container: HTMLElement, data: ChartData) {
    const { at, strategy, benchmark, drawdown } = data.equity;
    this.chart = createFrame(container);
    const quiet = { lastValueVisible: false, priceLineVisible: false };
    this.benchmark = this.chart.addSeries(LineSeries, {
      ...quiet,
      lineWidth: 1,
      lineStyle: LineStyle.Dashed,
    });
    this.strategy = this.chart.addSeries(AreaSeries, { ...quiet, lineWidth: 2 });
    this.drawdown = this.chart.addSeries(
      AreaSeries,
      { ...quiet, lineWidth: 1, invertFilledArea: true, priceFormat: { type: 'percent' } },
      1,
    );
    const points = (values: readonly number[]): { time: UTCTimestamp; value: number }[] =>
      at.map((time, index) => ({ time: time as UTCTimestamp, value: values[index] ?? 0 }));
    this.benchmark.setData(points(benchmark));
    this.strategy.setData(points(strategy));
    this.drawdown.setData(points(drawdown));
    this.chart.panes()[0]?.setStretchFactor(3);
    this.chart.panes()[1]?.setStretchFactor(1);
    this.markSplit(data);
    this.repaint();
    this.chart.timeScale().fitContent();
    const legend = new Legend(container);
    const tell = (index: number): void => {
      const money = (value: number | undefined): string => `${(value ?? 0).toFixed(2)} ${data.currency}`;
      legend.show([
        minuteText(at[index] ?? 0),
        `equity ${money(strategy[index])}`,
        `buy and hold ${money(benchmark[index])}`,
        `drawdown ${(drawdown[index] ?? 0).toFixed(2)} %`,
      ]);
    };
    tell(at.length - 1);
    this.chart.subscribeCrosshairMove(({ time }) => {
      const index = typeof time === 'number' ? at.indexOf(time) : -1;
      tell(index < 0 ? at.length - 1 : index);
    });
  }

  /** Takes the colours of the page again, after they changed. */
  repaint(): void {
    const palette = readPalette();
    paintFrame(this.chart, palette);
    this.strategy.applyOptions({
      lineColor: palette.accent,
      topColor: palette.accentFill,
      bottomColor: 'transparent',
    });
    this.benchmark.applyOptions({ color: palette.benchmark });
    this.drawdown.applyOptions({
      lineColor: palette.down,
      topColor: palette.downFill,
      bottomColor: palette.downFill,
    });
  }

  private markSplit({ splitAt, equity }: ChartData): void {
    const time = splitAt === null ? undefined : equity.at.find((at) => at >= splitAt);
    if (time === undefined) return;
    createSeriesMarkers(this.strategy, [
      {
        time: time as UTCTimestamp,
        position: 'aboveBar',
        shape: 'arrowDown',
        color: readPalette().split,
        text: 'out of sample',
      },
    ]);
  }
}

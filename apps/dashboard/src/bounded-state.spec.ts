import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ComponentStatus, Gap } from '@neuraltrade/contracts';
import type { PipelineSummary } from '../page/protocol';
import { MarketView } from './market-view';
import { candleOf, gapOf as anyGap, outcomeOf, signalOf, tickOf } from './testing/market-samples';
import { RunningDashboard, until } from './testing/running-dashboard';

/** Names that nobody asked for; STRANGE_SYMBOLS=100000 is the long run. */
const STRANGERS = Number(process.env['STRANGE_SYMBOLS'] ?? 20_000);
const BATCH = 1_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heap(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

function statusOf(index: number): ComponentStatus {
  return { component: `c${index}`, state: 'up', detail: '', figures: { n: index }, timestamp: 1 };
}

function gapOf(index: number): Gap {
  return anyGap({ gapId: `binance:BTC/USDT:${index}`, status: index % 2 === 0 ? 'open' : 'unfillable' });
}

/** One record of each kind under a name of its own. */
function takeAll(view: MarketView, first: number, end: number): void {
  for (let index = first; index < end; index += 1) {
    const symbol = `S${index}/USDT`;
    view.acceptTicks([tickOf({ symbol })]);
    view.acceptCandles([candleOf({ symbol })]);
    view.acceptStatus([statusOf(index)]);
    view.acceptGaps([gapOf(index), { ...gapOf(index), symbol }]);
    view.acceptSignals([signalOf({ symbol, timestamp: index })]);
    view.acceptOutcomes([outcomeOf({ symbol, timestamp: index })]);
  }
}

test('symbols, series, components, gaps and signals beyond the bounds are not kept: the heap stays as it is', () => {
  let refused = 0;
  const view = new MarketView('live', () => 1);
  view.onRefused = () => (refused += 1);
  takeAll(view, 0, 12_000);
  const before = heap();
  takeAll(view, 12_000, 12_000 + STRANGERS);
  // A kept name takes more than 100 bytes in its map.
  expect(heap() - before).toBeLessThan(50 * STRANGERS);
  expect(refused).toBe(2 * (12_000 + STRANGERS) - 2_000 - 8_000);
  expect(view.prices.entries()).toHaveLength(2_000);
  expect(view.summary(0).components).toHaveLength(256);
});

test('what nobody can use opens no series of metrics, however it differs, and is counted', async () => {
  const gateway = await RunningDashboard.start();
  const series = async (): Promise<number> =>
    (await gateway.metrics.registry.metrics())
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#')).length;
  try {
    const send = (from: number): Promise<void> =>
      gateway.trade(
        ...Array.from({ length: BATCH }, (_, index) =>
          tickOf({ symbol: `bad ${from + index}`, exchange: `Venue${from + index}`, tradeId: `x${index}` }),
        ),
      );
    const counted = async (count: number): Promise<void> => {
      await until('the refused records to be counted', async () => {
        const page = await gateway.metrics.registry.metrics();
        return page.includes(`parked_total{reason="malformed"} ${count}\n`);
      });
    };
    await send(0);
    await counted(BATCH);
    const before = await series();
    const batches = STRANGERS / BATCH;
    for (let batch = 1; batch <= batches; batch += 1) await send(batch * BATCH);
    await counted(STRANGERS + BATCH);
    expect(await series()).toBe(before);
    expect((await gateway.json<PipelineSummary>('/api/pipeline')).components).toEqual([]);
  } finally {
    await gateway.stop();
  }
}, 120_000);

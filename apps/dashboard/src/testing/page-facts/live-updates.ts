import { candleOf } from '../market-samples';
import { OPEN } from '../history-samples';
import { cell, type PageRig } from '../page-rig';

const UNQUOTED = { quoted: false, quotedAt: null, bid: 67_003, ask: 67_003, spread: 0, spreadBps: 0 };

/** What changes on the page while data comes in. */
export function liveUpdateFacts(rig: () => PageRig): void {
  test('a trade changes its cell without moving any other', async () => {
    const neighbour = rig().page.locator(cell('kraken', 'BTC/USDT'));
    const before = await neighbour.boundingBox();
    await rig().trade('binance', 'BTC/USDT', 67_900.5);
    const last = `${cell('binance', 'BTC/USDT')} .last`;
    await rig().shows(last, '67,900.50');
    expect(await rig().at(last).getAttribute('data-direction')).toBe('up');
    expect(await neighbour.boundingBox()).toEqual(before);
  });

  test('a trade without a quote shows none, and is compared with no other', async () => {
    await rig().trade('kraken', 'BTC/USDT', 67_003, UNQUOTED);
    await rig().shows(`${cell('kraken', 'BTC/USDT')} .bid`, '–');
    await rig().shows('[data-row="BTC/USDT"] .best .bid-who', 'Binance');
  });

  test('a market without trades for a minute is dimmed', async () => {
    await rig().trade('kraken', 'SOL/USD', 150, { timestamp: Date.now() - 61_000 });
    await rig().shows(`${cell('kraken', 'SOL/USD')}.old .age`, '1m');
  });

  test('the legend follows a candle from partial over final to revised and incomplete', async () => {
    const candle = { timestamp: OPEN, open: 200, trades: 1 };
    await rig().running.candle(candleOf({ ...candle, revision: -1, close: 201 }));
    await rig().shows('#legend', /C\s+201\.00[^]*partial[^]*complete/);
    await rig().chartShows({ candles: '61' });
    await rig().running.candle(candleOf({ ...candle, revision: 0, close: 202 }));
    await rig().shows('#legend', /C\s+202\.00[^]*final/);
    await rig().running.candle(candleOf({ ...candle, revision: 1, close: 203, complete: false }));
    await rig().shows('#legend', /C\s+203\.00[^]*revised 1×[^]*incomplete/);
  });

  test('the pipeline shows rates and the state of each component', async () => {
    const status = { component: 'adapter-kraken', figures: {}, timestamp: Date.now() };
    await rig().running.status({ ...status, state: 'degraded', detail: 'Reconnecting.' });
    await rig().shows('#venues [data-component="adapter-kraken"]', /Kraken\s+degraded\s+Reconnecting\./);
    await rig().shows('#figures', /Trades\/s\s+\d/);
    const processor = { component: 'processor', timestamp: Date.now(), state: 'up', detail: '' } as const;
    await rig().running.status({ ...processor, figures: { partitionsOwned: 7, late: 1_234, refused: 0 } });
    await rig().shows('#services [data-component="processor"]', /7 partitions · 1,234 late · 0 refused/);
  });

  test('every figure of the pipeline has its value and its plot', async () => {
    const processor = { component: 'processor', timestamp: Date.now(), state: 'up', detail: '' } as const;
    await rig().running.status({ ...processor, figures: { watermarkLagMs: 4_321 } });
    const adapter = { component: 'adapter-kraken', timestamp: Date.now(), state: 'up', detail: '' } as const;
    await rig().running.status({ ...adapter, figures: { bufferDepth: 17, dropped: 5, reconnects: 3 } });
    const sink = { component: 'influx-sink', timestamp: Date.now(), state: 'up', detail: '' } as const;
    await rig().running.status({ ...sink, figures: { queuedMessages: 29, parkedMessages: 2 } });
    const tile = (name: string): string => `#figures [data-figure="${name}"]`;
    const told = { Lag: '4.32 s', Buffered: '17', Queued: '29', Reconnects: '3', Dropped: '5', Parked: '2' };
    for (const [name, text] of Object.entries(told)) await rig().shows(`${tile(name)} dd`, text);
    const delays = ['Venue p50', 'Venue p99', 'Pipeline p50', 'Pipeline p99'];
    for (const name of [...delays, 'Trades/s', 'Candles/s', 'Open gaps', 'Unfillable'])
      await rig().shows(`${tile(name)} dd`, /\d/);
    for (const path of await rig().page.locator('#figures path').all())
      expect(await path.getAttribute('d')).toMatch(/^M/);
    expect(await rig().page.locator('#figures path').count()).toBe(14);
  });
}

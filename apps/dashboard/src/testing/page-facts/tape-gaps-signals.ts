import { MINUTE, OPEN } from '../history-samples';
import { gapOf, outcomeOf, signalOf, tickOf } from '../market-samples';
import type { PageRig } from '../page-rig';

/** The trades, gaps and signals of the market that the chart shows. */
export function tapeGapsSignalsFacts(rig: () => PageRig): void {
  const firstTrade = '#tape-body > :first-child';

  test('the newest trade is on top of the tape, its taker told by a sign as well as by colour', async () => {
    await rig().trade('binance', 'BTC/USDT', 67_910.25, { takerSide: 'buy', volume: 0.125 });
    await rig().shows(firstTrade, /▲\s+67,910\.25\s+0\.12500/);
    await rig().trade('binance', 'BTC/USDT', 67_909, { takerSide: 'sell' });
    await rig().shows(firstTrade, /▼\s+67,909\.00/);
    expect(await rig().at(`${firstTrade} .tape-side`).getAttribute('title')).toBe('sell');
  });

  test('a trade from the history is told apart from a live one', async () => {
    const fields = { quoted: false, quotedAt: null, bid: 67_908, ask: 67_908, spread: 0, spreadBps: 0 };
    await rig().trade('binance', 'BTC/USDT', 67_908, { ...fields, backfilled: true });
    await rig().shows(`${firstTrade}[data-backfilled="true"]`, '67,908.00');
    expect(await rig().page.locator('#tape-body [data-backfilled="false"]').count()).toBeGreaterThan(1);
  });

  test('the tape is bounded however many trades come', async () => {
    const timestamp = Date.now();
    const trades = Array.from({ length: 400 }, (_, index) =>
      tickOf({ last: 68_000 + index, timestamp, tradeId: String(100_000 + index) }),
    );
    for (let first = 0; first < trades.length; first += 80) {
      await rig().running.trade(...trades.slice(first, first + 80));
      await rig().shows(firstTrade, (68_079 + first).toLocaleString('en-US'));
    }
    expect(await rig().page.locator('#tape-body > *').count()).toBe(100);
  });

  test('the gaps of the market are drawn and told at the pointer; an overlay that is off draws none', async () => {
    await rig().running.gap(gapOf({ fromTimestamp: OPEN - MINUTE, missing: 12 }));
    await rig().chartShows({ gaps: '1' });
    const box = await rig().page.locator('#chart').boundingBox();
    await rig().page.mouse.move((box?.x ?? 0) + (box?.width ?? 0) - 90, (box?.y ?? 0) + 60);
    await rig().shows('#gap-tooltip', /Gap being closed: 12 trades missing, after a lost connection/);
    const closed = { toTimestamp: OPEN, status: 'unfillable' } as const;
    await rig().running.gap(gapOf({ fromTimestamp: OPEN - MINUTE, missing: 12, ...closed }));
    await rig().page.mouse.move(0, 0);
    expect(await rig().at('#gap-tooltip').isVisible()).toBe(false);
    await rig().page.click('#overlays [data-choice="gaps"]');
    await rig().chartShows({ gaps: '0' });
    await rig().page.click('#overlays [data-choice="gaps"]');
    await rig().chartShows({ gaps: '1' });
  });

  test('signals from before the gateway’s start are listed', async () => {
    await rig().shows('.signal-row[data-outcome="miss"]', /ETH\/USD Kraken 1m[^]*✗ miss −7\.00 bps/);
    await rig().shows('#signals-tally', '1 listed, 0% of 1 judged to act hit, mean −7.00 bps');
  });

  test('a signal is listed with its probabilities, and with its outcome once that is known', async () => {
    const timestamp = OPEN - 3 * MINUTE;
    await rig().running.signal(signalOf({ timestamp }));
    await rig().shows(
      '.signal-row[data-outcome="pending"]',
      /BTC\/USDT Binance 1m\s+▲ buy[^]*70%[^]*low[^]*trend-1/,
    );
    expect(await rig().at('#signals-body .signal-probabilities').getAttribute('aria-label')).toBe(
      'buy 70%, hold 20%, sell 10%',
    );
    await rig().chartShows({ signals: '1' });
    await rig().running.outcome(outcomeOf({ timestamp, returnBps: 12.5 }));
    await rig().shows('.signal-row[data-outcome="hit"]', /✓ hit \+12\.5 bps/);
  });

  test('where nothing is listed it says why', async () => {
    await rig().page.selectOption('#symbol', 'SOL/USD');
    await rig().page.click('#signals-of [data-choice="symbol"]');
    await rig().shows('#signals-state', /no ML engine has reported/);
    await rig().running.status({
      component: 'ml-engine',
      state: 'up',
      detail: '',
      figures: {},
      timestamp: 1,
    });
    await rig().shows('#signals-state', /No signal yet: the ML engine judges/);
    await rig().page.click('#signals-of [data-choice="all"]');
    await rig().page.goBack();
  });

  test('signals of other markets are left out on demand, and lead to their chart', async () => {
    await rig().running.signal(signalOf({ exchange: 'kraken', signalType: 'sell', timestamp: OPEN }));
    await rig().shows('#signals-body > :first-child', /Kraken[^]*▼ sell[^]*pending/);
    await rig().page.click('#signals-of [data-choice="symbol"]');
    await rig().shows('#signals-body > :first-child', /Binance/);
    await rig().page.click('#signals-of [data-choice="all"]');
    await rig().page.click('#signals-body > :first-child button');
    await rig().chartShows({ exchange: 'kraken', symbol: 'BTC/USDT', signals: '1' });
    await rig().page.goBack();
    await rig().chartShows({ exchange: 'binance' });
  });
}

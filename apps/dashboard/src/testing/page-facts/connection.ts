import { FaultProxy } from '@neuraltrade/infra';
import type { Page } from 'playwright-core';
import type { ClientMessage } from '../../../page/protocol';
import { tickOf } from '../market-samples';
import { cell, type PageRig } from '../page-rig';
import { RunningDashboard, until } from '../running-dashboard';

/** Has the page keep what its notice said: it is gone as soon as there is a connection again. */
const KEEP_NOTICES = `
  window.notices = '';
  const notice = document.getElementById('notice');
  new MutationObserver(() => (window.notices += notice.textContent)).observe(notice, { childList: true });`;

/** What the page says and does when there is no gateway, or one that asks for something. */
export function connectionFacts(rig: () => PageRig): void {
  test('a gateway with a token has the page ask for it', async () => {
    const token = 'a-token-of-16-letters';
    const guarded = await RunningDashboard.start({
      env: { AUTH_TOKEN: token },
      pageDirectory: rig().pageDirectory,
    });
    const visitor = await rig().browser.context.newPage();
    try {
      await visitor.goto(guarded.dashboard.url);
      await visitor.fill('#token', 'another-token-of-16');
      await visitor.click('#token-form button');
      await visitor.locator('#token-refused').waitFor();
      expect(await visitor.locator('#link').innerText()).toBe('Token needed');
      await visitor.fill('#token', token);
      await visitor.click('#token-form button');
      await until('Connected', async () => (await visitor.locator('#link').innerText()) === 'Connected');
      expect(await visitor.locator('#token-dialog').isVisible()).toBe(false);
    } finally {
      await visitor.close();
      await guarded.stop();
    }
  });

  test('without any trade for half a minute it says that it is stale, until the next one', async () => {
    let aheadMs = 0;
    const now = (): number => Date.now() + aheadMs;
    const quiet = await RunningDashboard.start({ now, pageDirectory: rig().pageDirectory });
    const visitor = await rig().browser.context.newPage();
    const link = visitor.locator('#link');
    try {
      await quiet.trade(tickOf({ timestamp: now() }));
      await visitor.goto(quiet.dashboard.url);
      await until('Connected', async () => (await link.innerText()) === 'Connected');
      aheadMs = 45_000;
      await until('the word', async () => /^Stale: no trade for 4\ds$/.test(await link.innerText()));
      expect(await link.getAttribute('data-state')).toBe('stale');
      await quiet.trade(tickOf({ timestamp: now(), tradeId: '2' }));
      await until('Connected again', async () => (await link.innerText()) === 'Connected');
    } finally {
      await visitor.close();
      await quiet.stop();
    }
  });

  test('after a lost connection it goes on where it was, and asks for nothing twice', async () => {
    const proxy = await FaultProxy.start(rig().running.dashboard.url);
    const visitor = await rig().browser.context.newPage();
    const said: Extract<ClientMessage, { channel: string }>[] = [];
    visitor.on('websocket', (socket) =>
      socket.on(
        'framesent',
        ({ payload }) => void said.push(JSON.parse(String(payload)) as (typeof said)[number]),
      ),
    );
    try {
      await rig().trade('binance', 'BTC/USDT', 68_000);
      await visitor.goto(`${proxy.url}#/binance/BTC-USDT/1m`);
      await priceIn(visitor, 'binance', 'BTC/USDT', /./);
      await until(
        'the candles',
        async () => (await visitor.getAttribute('#chart', 'data-state')) === 'ready',
      );
      const before = said.splice(0).map(({ channel }) => channel);
      proxy.refuse(true);
      proxy.cut();
      await until('the loss', async () => (await visitor.locator('#link').innerText()) === 'Disconnected');
      await rig().trade('binance', 'BTC/USDT', 68_123);
      proxy.refuse(false);
      await priceIn(visitor, 'binance', 'BTC/USDT', '68,123.00');
      expect(said.map(({ channel }) => channel).sort()).toEqual(before.sort());
      expect(said.every((message) => message.op === 'subscribe' && message.resume !== undefined)).toBe(true);
    } finally {
      await visitor.close();
      await proxy.stop();
    }
  });

  test('a page that reads too slowly is cut, says that it is, and catches up', async () => {
    const crowd = await RunningDashboard.start({
      limits: { flushIntervalMs: 5, maxBehindMs: 200, maxWaitingBytes: 400_000 },
      pageDirectory: rig().pageDirectory,
    });
    const proxy = await FaultProxy.start(crowd.dashboard.url);
    const visitor = await rig().browser.context.newPage();
    const tradeAll = (last: number): Promise<void> =>
      crowd.trade(
        ...Array.from({ length: 1_000 }, (_, index) =>
          tickOf({ symbol: `A${index}/USDT`, last, tradeId: String(last), timestamp: Date.now() }),
        ),
      );
    let last = 1_000;
    try {
      await tradeAll(last);
      await visitor.goto(proxy.url);
      await priceIn(visitor, 'binance', 'A0/USDT', '1,000.00');
      await visitor.evaluate(KEEP_NOTICES);
      proxy.flow('toClient', 'stall');
      await until(
        'the cut',
        async () => {
          await tradeAll((last += 1));
          return (await crowd.json<{ clients: number }>('/api/pipeline')).clients === 0;
        },
        30_000,
      );
      proxy.flow('toClient', 'pass');
      proxy.cut();
      await until('the loss', async () =>
        (await visitor.evaluate<string>('window.notices')).includes(' UTC'),
      );
      await tradeAll((last += 1));
      await priceIn(visitor, 'binance', 'A999/USDT', `${last.toLocaleString('en-US')}.00`);
      expect(await visitor.locator('#notice').isVisible()).toBe(false);
    } finally {
      await visitor.close();
      await proxy.stop();
      await crowd.stop();
    }
  });

  test('when the gateway is gone it says so, and it comes back by itself', async () => {
    await rig().running.stop();
    await rig().shows('#link', 'Disconnected');
    await rig().shows('#notice', /Everything stands still since /);
    expect(await rig().at('#mode').innerText()).toBe('SIMULATED');
    await rig().restartGateway({ mode: 'replay' });
    await rig().shows('#link', 'Connected', 40_000);
    expect(await rig().at('#notice').isVisible()).toBe(false);
    await rig().shows('#mode', 'REPLAY');
  });
}

async function priceIn(page: Page, exchange: string, symbol: string, text: string | RegExp): Promise<void> {
  await page.locator(`${cell(exchange, symbol)} .last`, { hasText: text }).waitFor({ timeout: 10_000 });
}

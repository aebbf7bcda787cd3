import { AMQP_EXCHANGES } from '@neuraltrade/contracts';
import type { AgedPriceRow } from '../page/protocol';
import { tickOf } from './testing/market-samples';
import { RunningDashboard, until } from './testing/running-dashboard';

let running: RunningDashboard;

beforeEach(async () => {
  running = await RunningDashboard.start();
});
afterEach(() => running.stop());

async function parkedCount(reason: string): Promise<number> {
  const { values } = await running.metrics.parked.get();
  return values.find(({ labels }) => labels.reason === reason)?.value ?? 0;
}

async function knownPrices(): Promise<number> {
  return (await running.json<unknown[]>('/api/last-prices')).length;
}

test('a faulty trade is counted and the rest of its batch is shown', async () => {
  await running.trade(tickOf({}), tickOf({ symbol: 'ETH/USDT', last: -1 }), tickOf({ symbol: 'SOL/USDT' }));
  await until('two prices', async () => (await knownPrices()) === 2);
  expect(await parkedCount('malformed')).toBe(1);
});

test.each([
  ['another schema version', { schema: 'ticks', schemaVersion: 2 }, '[]', 'unknown-schema'],
  ['a kind of batch without use here', { schema: 'raw', schemaVersion: 1 }, '[]', 'unknown-kind'],
  ['a body that is not JSON', { schema: 'ticks', schemaVersion: 1 }, '[{', 'malformed'],
])('%s is parked and what follows is shown', async (_name, headers, body, reason) => {
  await running.bus.publish({
    amqpExchange: AMQP_EXCHANGES.ticks,
    routingKey: 'tick.binance.BTC-USDT',
    body: Buffer.from(body),
    contentType: 'application/json',
    headers,
    messageId: 'bad',
  });
  await running.trade(tickOf({}));
  await until('the price', async () => (await knownPrices()) === 1);
  await until('the parked message', async () => (await running.bus.depth('market.parked')).ready === 1);
  expect(await parkedCount(reason)).toBe(1);
});

test('every message is answered: more of them than may be outstanding are all taken', async () => {
  for (let id = 1; id <= 600; id += 1) await running.trade(tickOf({ tradeId: String(id), last: id }));
  await until('the last trade', async () => {
    const [price] = await running.json<AgedPriceRow[]>('/api/last-prices');
    return price?.last === 600;
  });
});

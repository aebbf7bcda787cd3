import type { PriceRow } from '../page/protocol';
import { tickOf } from './testing/market-samples';
import { RunningDashboard, until } from './testing/running-dashboard';
import { SocketClient } from './testing/socket-client';

const SYMBOLS = 800;

let running: RunningDashboard;
const clients: SocketClient[] = [];
let tradeId = 0;

afterEach(async () => {
  for (const client of clients.splice(0)) client.drop();
  await running.stop();
});

/** A connected client that follows prices and has got the snapshot. */
async function follower(): Promise<SocketClient> {
  const client = await new SocketClient(running.dashboard.port).greeted();
  clients.push(client);
  client.say({ op: 'subscribe', channel: 'prices' });
  await client.next('prices');
  return client;
}

/** One trade of every symbol, all at this price. */
async function tradeAll(last: number): Promise<void> {
  const ticks = Array.from({ length: SYMBOLS }, (_, index) => {
    tradeId += 1;
    return tickOf({ symbol: `A${index}/USDT`, last, tradeId: String(tradeId) });
  });
  await running.trade(...ticks);
}

/** Trades at rising prices until `stop` says so, for half a minute at most; resolves to the last price. */
async function flood(stop: () => boolean): Promise<number> {
  let last = 1_000;
  const deadline = Date.now() + 30_000;
  while (!stop() && Date.now() < deadline) {
    last += 1;
    await tradeAll(last);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return last;
}

function rowsOf(client: SocketClient): PriceRow[] {
  return client.all('prices').flatMap(({ prices }) => prices);
}

test('a client that stops reading is cut and changes nothing for the others: each gets every price, none is left out', async () => {
  running = await RunningDashboard.start({
    limits: { flushIntervalMs: 20, maxBehindMs: 300, pingIntervalMs: 600_000 },
  });
  await tradeAll(1_000);
  const [frozen, ...others] = await Promise.all(Array.from({ length: 8 }, follower));
  frozen?.socket.pause();
  const isCut = async (): Promise<boolean> =>
    (await running.json<{ clients: number }>('/api/pipeline')).clients === others.length;
  let cut = false;
  const watching = until('the frozen client to be cut', isCut, 30_000).then(() => (cut = true));
  const [last] = await Promise.all([flood(() => cut), watching]);
  for (const other of others) {
    await until('the last prices', () => rowsOf(other).filter((row) => row.last === last).length === SYMBOLS);
    const messages = other.all('prices');
    expect(messages.slice(1).map(({ from }) => from)).toEqual(messages.slice(0, -1).map(({ seq }) => seq));
    expect(other.closeCode).toBeNull();
  }
}, 60_000);

test('a client that reads slowly gets the newest prices instead of every one', async () => {
  running = await RunningDashboard.start({ limits: { flushIntervalMs: 5, maxBehindMs: 60_000 } });
  await tradeAll(1_000);
  const [slow, quick] = [await follower(), await follower()];
  slow.socket.pause();
  const before = quick.receivedBytes;
  // Far more than the buffers of the system hold: what is beyond has to be conflated.
  const last = await flood(() => quick.receivedBytes - before > 12_000_000);
  slow.socket.resume();
  await until(
    'the newest prices',
    () =>
      new Set(
        rowsOf(slow)
          .filter((row) => row.last === last)
          .map(({ symbol }) => symbol),
      ).size === SYMBOLS,
  );
  await until('the quick one too', () => rowsOf(quick).some((row) => row.last === last));
  expect(rowsOf(slow).length).toBeLessThan(rowsOf(quick).length);
  expect(slow.closeCode).toBeNull();
}, 60_000);

test('a client that asks for more than it reads is closed with 4408 at the byte cap', async () => {
  running = await RunningDashboard.start({
    limits: { maxWaitingBytes: 400_000, messagesPerSecond: 1_000_000, maxBehindMs: 60_000 },
  });
  await tradeAll(1_000);
  const [greedy, modest] = [await follower(), await follower()];
  greedy.socket.pause();
  // Each of them is answered with an error; the buffers of the system hold some megabytes.
  for (let count = 0; count < 100_000; count += 1) greedy.socket.send('?');
  await tradeAll(2_000);
  await modest.next('prices', ({ prices }) => prices.some(({ last }) => last === 2_000));
  greedy.socket.resume();
  expect(await greedy.closed()).toBe(4408);
  expect(modest.closeCode).toBeNull();
}, 60_000);

test('what a client asks for again and again without reading waits for it once', async () => {
  running = await RunningDashboard.start({
    limits: { maxWaitingBytes: 400_000, messagesPerSecond: 10_000, maxBehindMs: 60_000 },
  });
  await tradeAll(1_000);
  const client = await follower();
  client.socket.pause();
  for (let count = 0; count < 300; count += 1) client.say({ op: 'subscribe', channel: 'prices' });
  client.say({ op: 'subscribe', channel: 'pipeline' });
  client.socket.resume();
  await client.next('pipeline');
  expect(client.closeCode).toBeNull();
  expect(client.receivedBytes).toBeLessThan(300 * 100 * SYMBOLS);
}, 60_000);

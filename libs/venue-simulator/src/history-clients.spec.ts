import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { venues } from '@neuraltrade/venues';
import type { HistoryRange, TradeEvent, Venue } from '@neuraltrade/venues';
import { startVirtualSimulator } from './testing/virtual-simulator';
import type { VirtualSimulator } from './testing/virtual-simulator';
import type { TruthRecord } from './truth-log';

jest.setTimeout(60_000);

const HISTORY_MS = 3 * 3_600_000;
const folder = mkdtempSync(join(tmpdir(), 'history-clients-'));
const truthLog = join(folder, 'truth.ndjson');
let virtual: VirtualSimulator;

beforeAll(async () => {
  virtual = await startVirtualSimulator({ truthLog, historyMs: HISTORY_MS, symbols: ['BTC/USDT'] });
  virtual.advance(10_000);
});
afterAll(async () => {
  await virtual.stop();
  rmSync(folder, { recursive: true });
});

/** Pages through a range as the pipeline does, one request a second. */
async function fetched(venue: Venue, range: HistoryRange): Promise<TradeEvent[]> {
  const trades = new Map<string, TradeEvent>();
  const base = virtual.simulator.endpoints.get(venue.name)?.restUrl ?? '';
  let request = venue.tradeHistory.firstRequest(range);
  for (let pages = 0; request !== null && pages < 50; pages++) {
    virtual.jump(1_000);
    const response = await fetch(base + request.path);
    const headers = Object.fromEntries(response.headers);
    const page = venue.tradeHistory.decode(range, request, await response.text(), headers, virtual.now());
    expect([response.status, page.refused]).toEqual([200, 0]);
    for (const trade of page.trades) trades.set(trade.tradeId, trade);
    request = page.next;
  }
  expect(request).toBeNull();
  return [...trades.values()].sort((a, b) => (BigInt(a.tradeId) < BigInt(b.tradeId) ? -1 : 1));
}

const paging = venues
  .filter(({ tradeHistory }) => tradeHistory.reach === null)
  .map((venue) => [venue.name, venue] as const);

test.each(paging)(
  '%s: a first connection reaches back to the beginning of the past, without a hole',
  async (...row) => {
    const [name, venue] = row;
    const fromTimestamp = virtual.now() - HISTORY_MS - 60_000;
    const open = {
      symbol: 'BTC/USDT',
      afterTradeId: null,
      beforeTradeId: null,
      fromTimestamp,
      toTimestamp: null,
    };
    const trades = await fetched(venue, open);
    const ids = trades.map(({ tradeId }) => Number(tradeId));
    expect(ids.length).toBeGreaterThan(1_700);
    expect(ids).toEqual(ids.map((_, at) => (ids[0] ?? 0) + at));
    expect(trades[0]?.timestamp).toBeLessThan(virtual.now() - HISTORY_MS + 120_000);
    virtual.simulator.turn();
    const truth = readFileSync(truthLog, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as TruthRecord)
      .filter(({ exchange }) => exchange === name);
    const known = new Map(truth.map((record) => [record.tradeId, record]));
    for (const { tradeId, price, size, takerSide, timestamp } of trades) {
      const record = known.get(tradeId);
      expect([Number(record?.price), Number(record?.size), record?.takerSide]).toEqual([
        price,
        size,
        takerSide,
      ]);
      expect(Math.abs((record?.timestamp ?? 0) - timestamp)).toBeLessThanOrEqual(1);
    }
  },
);

test.each(paging)(
  '%s: a hole between two ids is filled with exactly the trades between them',
  async (...row) => {
    const [, venue] = row;
    const fromTimestamp = virtual.now() - HISTORY_MS - 60_000;
    const open = {
      symbol: 'BTC/USDT',
      afterTradeId: null,
      beforeTradeId: null,
      fromTimestamp,
      toTimestamp: null,
    };
    const all = await fetched(venue, open);
    const [before, after] = [all[150], all[1_400]];
    const range: HistoryRange = {
      symbol: 'BTC/USDT',
      afterTradeId: before?.tradeId ?? '',
      beforeTradeId: after?.tradeId ?? '',
      fromTimestamp: before?.timestamp ?? 0,
      toTimestamp: after?.timestamp ?? 0,
    };
    const wanted = all.slice(151, 1_400).map(({ tradeId }) => tradeId);
    const got = (await fetched(venue, range)).map(({ tradeId }) => tradeId);
    expect(got.filter((id) => wanted.includes(id))).toEqual(wanted);
  },
);

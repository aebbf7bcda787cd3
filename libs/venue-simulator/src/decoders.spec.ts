import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { venues } from '@neuraltrade/venues';
import type { DecodedEvent, TradeEvent, Venue } from '@neuraltrade/venues';
import type { FeedClient } from './testing/feed-client';
import { startVirtualSimulator } from './testing/virtual-simulator';
import type { VirtualSimulator } from './testing/virtual-simulator';
import type { TruthRecord } from './truth-log';
import { SIMULATED_VENUES } from './venue-list';

jest.setTimeout(60_000);

const SYMBOLS = ['BTC/USDT', 'ETH/USDT', 'SOL/USDT', 'BTC/USD', 'ETH/USD'];
const folder = mkdtempSync(join(tmpdir(), 'decoders-'));
const truthLog = join(folder, 'truth.ndjson');
let virtual: VirtualSimulator;

beforeAll(async () => {
  virtual = await startVirtualSimulator({ truthLog, tradesPerSecond: 200, symbols: SYMBOLS });
});
afterAll(async () => {
  await virtual.stop();
  rmSync(folder, { recursive: true });
});

const truthOf = (exchange: string): TruthRecord[] =>
  readFileSync(truthLog, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as TruthRecord)
    .filter((record) => record.exchange === exchange && record.via === 'feed');

async function listedSymbols(venue: Venue): Promise<string[]> {
  const base = virtual.simulator.endpoints.get(venue.name)?.restUrl ?? '';
  const response = await fetch(base + venue.instruments.request().path);
  const trading = venue.instruments.decode(await response.text()).filter((instrument) => instrument.trading);
  return trading.map(({ symbol }) => symbol);
}

/** Subscribes as the pipeline does, with the venue's own frames, and waits for every answer. */
async function subscribed(venue: Venue, symbols: readonly string[]): Promise<FeedClient> {
  const client = await virtual.connect(venue.name);
  const frames = venue.subscribeFrames(
    symbols.flatMap((symbol) => venue.topics(symbol)),
    1,
  );
  for (const { text } of frames) {
    await client.ask(
      text,
      (frame) => 'result' in frame || 'success' in frame || frame['type'] === 'subscriptions',
    );
  }
  return client;
}

test('the simulator speaks for every venue of the registry', () => {
  expect(SIMULATED_VENUES.map(({ traits }) => traits.name).sort()).toEqual(
    venues.map(({ name }) => name).sort(),
  );
});

test.each(venues.map((venue) => [venue.name, venue] as const))(
  '%s: the decoder understands every frame, and its trades are those of the truth log',
  async (_name, venue) => {
    const symbols = SYMBOLS.filter(
      (symbol) => ['coinbase', 'kraken'].includes(venue.name) || symbol.endsWith('T'),
    );
    expect(await listedSymbols(venue)).toEqual(expect.arrayContaining(symbols));
    const client = await subscribed(venue, symbols);
    virtual.advance(10_000);
    const truth = truthOf(venue.name);
    const lastId = truth.at(-1)?.tradeId ?? '';
    const deadline = Date.now() + 20_000;
    while (!client.frames.some((frame) => frame.includes(lastId)) && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const decoder = venue.createDecoder(symbols, {
      webSocketUrl: virtual.simulator.endpoints.get(venue.name)?.webSocketUrl ?? '',
    });
    const events = client.frames.flatMap((frame) => decoder.decode(frame, virtual.now()));
    const kinds = new Set(events.map(({ type }) => type));
    expect([...kinds].sort()).toEqual(['control', 'quote', 'trade']);
    const trades = events.filter(isLiveTrade);
    expect(trades.length).toBeGreaterThan(50);
    expect(
      trades.map(({ exchange, symbol, tradeId, takerSide, timestamp }) => ({
        exchange,
        symbol,
        tradeId,
        takerSide,
        timestamp,
      })),
    ).toEqual(
      truth.map(({ exchange, symbol, tradeId, takerSide, timestamp }) => ({
        exchange,
        symbol,
        tradeId,
        takerSide,
        timestamp,
      })),
    );
    expect(trades.map(({ price, size }) => [price, size])).toEqual(
      truth.map(({ price, size }) => [Number(price), Number(size)]),
    );
    client.close();
    await client.closed;
  },
);

function isLiveTrade(event: DecodedEvent): event is TradeEvent {
  return event.type === 'trade' && !event.history;
}

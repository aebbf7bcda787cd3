import { isSymbol } from '@neuraltrade/contracts';
import { venues } from './registry';
import type { HistoryRange, SubscriptionFrame, Topic } from './venue';

/** More symbols than one request of any venue can hold, of the longest kind that real lists have. */
const SYMBOLS = Array.from({ length: 150 }, (_, index) => `ASSET${String(index).padStart(4, '0')}/USDT`);
/** No venue publishes the size of a client message; all accept this much. */
const MAX_REQUEST_BYTES = 16_384;

const range = (symbol: string): HistoryRange => ({
  symbol,
  afterTradeId: '100',
  beforeTradeId: '200',
  fromTimestamp: 1_789_387_200_123,
  toTimestamp: 1_789_387_300_000,
});

const named = (topics: readonly Topic[]) =>
  topics.map(({ purpose, symbol }) => `${purpose} ${symbol}`).sort();

describe.each(venues.map((venue) => [venue.name, venue] as const))('%s', (name, venue) => {
  const wanted = SYMBOLS.flatMap((symbol) => venue.topics(symbol));

  const expectSound = (frames: SubscriptionFrame[], firstRequestId: number) => {
    expect(named(frames.flatMap(({ topics }) => topics))).toEqual(named(wanted));
    let requestId = firstRequestId;
    for (const frame of frames) {
      expect(frame.topics.length).toBeGreaterThan(0);
      expect(frame.topics.length).toBeLessThanOrEqual(venue.limits.topicsPerRequest);
      expect(Buffer.byteLength(frame.text)).toBeLessThanOrEqual(MAX_REQUEST_BYTES);
      expect(typeof JSON.parse(frame.text)).toBe('object');
      if (frame.requestId !== null) expect(frame.requestId).toBe(String(requestId++));
    }
  };

  test('its name is a lower-case word', () => expect(name).toMatch(/^[a-z][a-z0-9]+$/));

  test('subscribing asks for every topic once, each frame within the limits, request ids counting up', () => {
    expectSound(venue.subscribeFrames(wanted, 41), 41);
  });

  test('unsubscribing names every topic once within the same limits', () => {
    expectSound(venue.unsubscribeFrames(wanted, 7), 7);
  });

  test('no topics need no frame', () => expect(venue.subscribeFrames([], 1)).toEqual([]));

  test("trades and quotes of one symbol are asked for, in the venue's own spelling", () => {
    const topics = venue.topics('BTC/USDT');
    expect(topics.map(({ purpose }) => purpose)).toEqual(expect.arrayContaining(['trades', 'quotes']));
    const text = venue
      .subscribeFrames(topics, 1)
      .map((frame) => frame.text.toUpperCase())
      .join();
    expect(text).toContain(venue.nativeSymbol('BTC/USDT').toUpperCase());
  });

  test('different symbols have different spellings', () => {
    expect(venue.nativeSymbol('BTC/USD')).not.toBe(venue.nativeSymbol('BTC/USDT'));
  });

  test('addresses are encrypted and REST requests are encoded paths', () => {
    expect(venue.webSocketUrl).toMatch(/^wss:\/\//);
    expect(new URL(venue.restUrl).origin).toBe(venue.restUrl);
    const requests = [
      venue.instruments.request(),
      ...['BTC/USDT', '../x?y/USD'].map((symbol) => venue.tradeHistory.firstRequest(range(symbol))),
    ];
    for (const request of requests) {
      expect(request?.path).toMatch(/^(\/[\w.%-]+)+(\?\w+=[\w.%-]*(&\w+=[\w.%-]*)*)?$/);
      expect(request?.path).not.toContain('/../');
      expect(request?.weight).toBeGreaterThan(0);
    }
  });

  test('a range that is bounded by time alone, or by its end alone, has a first request', () => {
    const { tradeHistory } = venue;
    expect(tradeHistory.firstRequest({ ...range('BTC/USDT'), afterTradeId: null })).not.toBeNull();
    expect(
      tradeHistory.firstRequest({
        ...range('BTC/USDT'),
        afterTradeId: null,
        beforeTradeId: null,
        toTimestamp: null,
      }),
    ).not.toBeNull();
  });

  test('what came after a trade, or since an instant where none was seen, has a first request', () => {
    const open = {
      symbol: 'BTC/USDT',
      beforeTradeId: null,
      fromTimestamp: 1_789_387_200_123,
      toTimestamp: null,
    };
    for (const afterTradeId of ['100', null]) {
      const request = venue.tradeHistory.firstRequest({ ...open, afterTradeId });
      expect(request?.weight).toBeLessThanOrEqual(venue.limits.rest.count);
    }
  });

  test('limits and heartbeat are positive numbers, and silence is longer than its ping', () => {
    const { limits, heartbeat } = venue;
    for (const { count, windowMs } of [limits.messages, limits.connects, limits.rest]) {
      expect(count).toBeGreaterThan(0);
      expect(windowMs).toBeGreaterThan(0);
    }
    if (limits.restUsedHeader !== null) expect(limits.restUsedHeader).toMatch(/^[a-z\d-]+$/);
    for (const [status, waitMs] of limits.restWaits) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(waitMs).toBeGreaterThan(0);
    }
    expect(limits.maxFrameBytes).toBeGreaterThanOrEqual(65_536);
    expect(heartbeat.silenceLimitMs).toBeGreaterThan(0);
    const ping = heartbeat.pingFrame?.(12);
    if (ping !== undefined) expect(ping).toContain('12');
  });

  test('the symbols of this test are symbols', () => expect(SYMBOLS.every(isSymbol)).toBe(true));
});

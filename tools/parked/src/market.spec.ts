import { encodeBatch, type Headers } from '@neuraltrade/contracts';
import { PARK_HEADERS, parkedMessage, readParked } from '@neuraltrade/messaging';
import { matches } from './filter';
import { marketOf } from './market';
import { describe as describeMessage } from './show';

function parked(routingKey: string, body: string, headers: Headers = {}, messageId = 'id') {
  const { headers: all, ...rest } = parkedMessage(
    {
      amqpExchange: 'market.raw',
      routingKey,
      body: Buffer.from(body),
      headers,
      contentType: 'application/json',
      messageId,
    },
    'influx-sink.ticks',
    'malformed',
    'It \u001b[2J\u202e is bad.',
    1_000,
  );
  return readParked({ ...rest, headers: all }, null);
}

describe('what a parked message is about', () => {
  it.each([
    ['tick.kraken.BTC-USD', 'kraken', ['BTC/USD']],
    ['ohlcv.final.1m.binance.ETH-USDT', 'binance', ['ETH/USDT']],
    ['ohlcv.partial.bybit', 'bybit', []],
    ['gap.coinbase.SOL-USD', 'coinbase', ['SOL/USD']],
    ['raw.3.kraken', 'kraken', []],
    ['elsewhere', '', []],
  ])('is told by its routing key %s', (routingKey, exchange, symbols) => {
    const market = marketOf(parked(routingKey, 'no JSON', { schema: 'ticks' }));
    expect([market.kind, market.exchange, market.symbols()]).toEqual(['ticks', exchange, symbols]);
  });

  it('is told by its records where the routing key has no symbol', () => {
    const { body } = encodeBatch('raw', [
      { exchange: 'kraken', symbols: ['BTC/USD', 'ETH/USD'], timestamp: 1, offsetMs: 0 },
    ]);
    const market = marketOf(
      parked('raw.3.kraken', `${body.toString().slice(0, -1)}, {"symbol": "SOL/USD"}, 7, null]`),
    );
    expect(market.symbols()).toEqual(['BTC/USD', 'ETH/USD', 'SOL/USD']);
    expect(market.kind).toBe('unknown');
  });

  it('lies in a range of time when it was set aside in it, its end excluded', () => {
    const message = parked('raw.3.kraken', '[]');
    const within = (since: number, until: number) =>
      matches({ ids: [], reasons: [], since, until }, message, marketOf(message));
    expect([within(0, 1_000), within(1_000, 1_001), within(1_001, 2_000)]).toEqual([false, true, false]);
    expect(
      matches({ ids: [], reasons: [], since: 0 }, { ...message, parkedAt: null }, marketOf(message)),
    ).toBe(false);
  });
});

describe('a parked message that is shown', () => {
  it('has its batch indented and no control characters of others', () => {
    const text = describeMessage(
      parked('raw.3.kraken', '[{"symbol":"BTC/USD"}]', { 'x-\u0007': '\u001b[31m' }),
    );
    expect(text).toContain('[\n  {\n    "symbol": "BTC/USD"\n  }\n]');
    expect(text).toContain('It ?[2J? is bad.');
    expect(text.replace(/\n/g, '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it('has a body that is no text in base 64', () => {
    const bytes = Buffer.from([0xff, 0x00, 0xfe]);
    const message = { ...parked('raw.3.kraken', ''), body: bytes };
    expect(describeMessage(message)).toContain('in base 64) /wD+');
  });

  it('keeps its id over looks, and has another one than a copy with another content', () => {
    const id = (body: string, messageId?: string) => parked('raw.3.kraken', body, {}, messageId).id;
    expect(id('[]')).toBe(id('[]'));
    expect(new Set([id('[]'), id('[1]'), id('[]', 'other')]).size).toBe(3);
    expect(parked('raw.3.kraken', '[]', { [PARK_HEADERS.replays]: 1 }).id).not.toBe(id('[]'));
  });
});

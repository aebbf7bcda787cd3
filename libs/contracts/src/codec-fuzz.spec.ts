import fc from 'fast-check';
import { type BatchKind, type BatchRecords, decodeBatch, encodeBatch, recordFault } from './codec';
import { PARK_REASONS, PermanentError } from './errors';

/** Damaged bodies of each kind; CODEC_RUNS=100000 is the long run. */
const RUNS = Number(process.env['CODEC_RUNS'] ?? 300);

const tick = {
  exchange: 'binance',
  symbol: 'BTC/USDT',
  bid: 67_000.1,
  ask: 67_000.2,
  last: 67_000.15,
  volume: 0.001,
  timestamp: 1_789_387_200_123,
  tradeId: '9007199254740993',
  takerSide: 'buy' as const,
  receivedAt: 1_789_387_200_150,
  quoted: true,
  quotedAt: 1_789_387_200_100,
  backfilled: false,
};
const gap = {
  gapId: 'binance:BTC/USDT:41',
  exchange: 'binance',
  symbol: 'BTC/USDT',
  afterTradeId: '41',
  beforeTradeId: null,
  fromTimestamp: 1_789_387_200_000,
  toTimestamp: null,
  missing: null,
  cause: 'disconnect' as const,
  status: 'open' as const,
};
const SAMPLES: { readonly [K in BatchKind]: readonly BatchRecords[K][] } = {
  raw: [tick, gap, { exchange: 'binance', symbols: ['BTC/USDT'], timestamp: 1, offsetMs: -3.5 }],
  ticks: [{ ...tick, mid: 67_000.15, spread: 0.1, spreadBps: 0.0149 }],
  candles: [
    {
      exchange: 'kraken',
      symbol: 'ETH/USD',
      timeframe: '15m',
      timestamp: 1_789_387_200_000,
      open: 2,
      high: 4,
      low: 1,
      close: 3,
      volume: 10,
      trades: 7,
      vwap: 2.5,
      state: 'revised',
      revision: 2,
      epoch: 5,
      complete: true,
    },
  ],
  signals: [
    {
      exchange: 'bybit',
      symbol: 'SOL/USDT',
      timeframe: '5m',
      signalType: 'buy',
      riskLevel: 'low',
      confidence: 0.7,
      probBuy: 0.7,
      probHold: 0.2,
      probSell: 0.1,
      riskScore: 0.1,
      inferenceTimeMs: 0.4,
      modelVersion: 'm1',
      timestamp: 300_000,
    },
  ],
  outcomes: [
    {
      exchange: 'bybit',
      symbol: 'SOL/USDT',
      timeframe: '5m',
      modelVersion: 'm1',
      signalType: 'buy',
      timestamp: 300_000,
      horizonTimestamp: 900_000,
      status: 'miss',
      entryPrice: 150,
      exitPrice: 149.85,
      returnBps: -10,
      maxAdverseBps: 12,
      maxFavourableBps: 3,
    },
  ],
  gaps: [gap],
  status: [{ component: 'processor', state: 'up', detail: '', figures: { ticksReceived: 3 }, timestamp: 1 }],
};
const kinds = Object.keys(SAMPLES) as BatchKind[];

const nasty = fc.constantFrom(
  ...['null', 'true', '-0', '-1', '1e400', '9007199254740993', '0.1', '""', '"1"', '"\\u0000"', '"\\ud800"'],
  ...['"__proto__"', '[]', '{}', '[[[[]]]]', '{"__proto__":{"polluted":1}}', `"${'x'.repeat(2_000)}"`],
  ...['[', '{', '{"a":', `${'['.repeat(40)}${']'.repeat(40)}`],
);
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null/g;

interface Damage {
  readonly where: number;
  readonly value: string;
  readonly kind: 'token' | 'byte' | 'cut' | 'repeat' | 'key';
  readonly byte: number;
}
const damages: fc.Arbitrary<Damage> = fc.record({
  where: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  value: nasty,
  kind: fc.constantFrom('token', 'token', 'token', 'byte', 'cut', 'repeat', 'key'),
  byte: fc.integer({ min: 0, max: 255 }),
});

function damaged(body: Buffer, { where, value, kind, byte }: Damage): Buffer {
  const at = Math.floor(where * body.length);
  if (kind === 'byte') {
    const copy = Buffer.from(body);
    if (at < copy.length) copy[at] = byte;
    return copy;
  }
  if (kind === 'cut') return body.subarray(0, at);
  if (kind === 'repeat') return Buffer.concat([body.subarray(0, at + byte), body.subarray(at)]);
  const text = body.toString();
  if (kind === 'key') return Buffer.from(text.replace('{', `{"__proto__":${value},"constructor":${value},`));
  const tokens = [...text.matchAll(TOKEN)];
  const token = tokens[Math.floor(where * tokens.length)];
  if (token === undefined) return body;
  return Buffer.from(text.slice(0, token.index) + value + text.slice(token.index + token[0].length));
}

/** Reads a message as a consumer does and checks what it may rely on. */
function expectJudged(kind: BatchKind, message: Parameters<typeof decodeBatch>[1]): void {
  let decoded: ReturnType<typeof decodeBatch>;
  try {
    decoded = decodeBatch(kind, message);
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    expect(PARK_REASONS).toContain(error.reason);
    expect(error.message).toMatch(/^.{10,400}\.$/su);
    return;
  }
  for (const record of decoded.records) expect(recordFault(kind, record)).toBeNull();
  for (const { fault } of decoded.faults) expect(fault).toMatch(/^.{3,1000}$/su);
  // What was read can be handed on, and what was refused set aside.
  expect(JSON.stringify([decoded.records, decoded.faults]).length).toBeGreaterThan(0);
}

describe('messages of other programs', () => {
  it.each(kinds)(
    'a damaged body of %s gives valid records and refused ones, or is refused as a whole',
    (kind) => {
      const whole = encodeBatch(kind, SAMPLES[kind] as never[]);
      fc.assert(
        fc.property(fc.array(damages, { minLength: 1, maxLength: 3 }), (list) => {
          expectJudged(kind, { ...whole, body: list.reduce(damaged, whole.body) });
        }),
        { numRuns: RUNS },
      );
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    },
  );

  it('any body under any headers is judged', () => {
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc.json().map((text) => Buffer.from(text)),
      fc.json().map((text) => Buffer.from(`[${text}]`)),
    );
    const header = fc.oneof(fc.constantFrom<unknown>(...kinds, 1, 2, 999, '1'), fc.anything());
    fc.assert(
      fc.property(fc.constantFrom(...kinds), body, header, header, (kind, bytes, schema, schemaVersion) => {
        const contentType = 'application/json';
        expectJudged(kind, { body: bytes, contentType, headers: { schema, schemaVersion } });
        expectJudged(kind, { body: bytes, contentType, headers: { schema: kind, schemaVersion: 1 } });
      }),
      { numRuns: RUNS },
    );
  });

  it.each(kinds)('%s of version 999 is refused as an unknown schema, however good it looks', (kind) => {
    const { body, contentType, headers } = encodeBatch(kind, SAMPLES[kind] as never[]);
    const v999 = { body, contentType, headers: { ...headers, schemaVersion: 999 } };
    expect(() => decodeBatch(kind, v999)).toThrow(
      `Schema version 999 of ${kind} as application/json is not known`,
    );
  });

  it.each(['[', '{"a":'])('a record nested 100,000 levels deep by %p is refused as malformed', (opening) => {
    const closing = opening === '[' ? ']' : '}';
    const deep = `${opening.repeat(100_000)}0${closing.repeat(100_000)}`;
    const good = JSON.stringify(tick).slice(0, -1);
    for (const record of [deep, `${good},"more":${deep}}`]) {
      const message = { ...encodeBatch('raw', []), body: Buffer.from(`[${record}]`) };
      expect(() => decodeBatch('raw', message)).toThrow('A record of raw is nested deeper than 16 levels.');
    }
  });

  it('a header that is a table, which has no text of its own, is named as one', () => {
    const table = { toString: 'no function', valueOf: 1 };
    const message = { ...encodeBatch('raw', []), headers: { schema: table, schemaVersion: 1 } };
    expect(() => decodeBatch('raw', message)).toThrow('expected, not of a table.');
  });

  it('a key that is there twice counts by its last value', () => {
    const body = Buffer.from(JSON.stringify([tick]).replace('{', '{"last":1,"last":"x",'));
    const { records } = decodeBatch('raw', { ...encodeBatch('raw', []), body });
    expect(records).toEqual([tick]);
    const other = Buffer.from(JSON.stringify([tick]).replace('}]', ',"last":-1}]'));
    const { faults } = decodeBatch('raw', { ...encodeBatch('raw', []), body: other });
    expect(faults.map(({ fault }) => fault)).toEqual(['last is not a finite number above zero']);
  });

  it('more figures than a component has are refused', () => {
    const figures = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`figure${index}`, 1]));
    const [status] = SAMPLES.status;
    expect(recordFault('status', { ...status, figures })).toBe('figures has more than 100 figures');
  });

  it('a hostile text of 1 MB takes no more than linear work', () => {
    // Backtracking would take minutes here; the suite's own limit is the only clock.
    for (const piece of ['A', 'A/', '1', '0', 'a', '1m', ' '])
      for (const field of ['exchange', 'symbol', 'tradeId', 'priceText'] as const)
        expect(
          recordFault('raw', { ...tick, [field]: piece.repeat(1_000_000 / piece.length) }),
        ).not.toBeNull();
  });
});

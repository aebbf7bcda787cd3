import { PermanentError } from '@neuraltrade/contracts';
import fc from 'fast-check';
import { candleOf, gapOf, MINUTE, outcomeOf, signalOf, tickOf, unjudgedOf } from '../testing/records';
import { tagValue } from './line-protocol';
import { candleLine, gapLine, outcomeLine, signalLine, tickLine } from './points';
import { MEASUREMENTS } from './schema';

const MS = String(MINUTE);

describe('points in line protocol', () => {
  test('a tick has venue and symbol as tags, every field, and its time with the last digits of its id', () => {
    expect(tickLine(tickOf({ tradeId: '9007199254740993', last: 0.1 + 0.2 }))).toBe(
      'market_ticks,exchange=binance,service=ingestion,symbol=BTC_USDT ' +
        'bid=100,ask=100.5,last=0.30000000000000004,mid=100.25,spread=0.5,spread_bps=49.87531172069826,volume=0.125,' +
        `trade_id="9007199254740993",taker_side="buy",quoted=t,backfilled=f,received_at=${MINUTE + 20}i,` +
        `quoted_at=${MINUTE + 10}i ${MS}740993`,
    );
    expect(tickLine(tickOf({ tradeId: '7' }))).toMatch(new RegExp(` ${MS}000007$`));
    expect(tickLine(tickOf({ quoted: false, quotedAt: null }))).toContain('quoted=f,');
    expect(tickLine(tickOf({ quoted: false, quotedAt: null }))).toContain('quoted_at=0i ');
  });

  test('a candle stands at its open time with the timeframe among its tags', () => {
    expect(candleLine(candleOf({ timeframe: '15m', epoch: 5, revision: 2, state: 'revised' }))).toBe(
      'market_ohlcv,exchange=binance,service=ingestion,symbol=BTC_USDT,timeframe=15m ' +
        'open=100,high=101,low=99.5,close=100.5,volume=12.5,vwap=100.125,trades=40i,revision=2i,epoch=5i,complete=t ' +
        `${MS}000000`,
    );
  });

  test('a gap keeps its place through every status, and says with 0, -1 and none what is not known', () => {
    const open = gapLine(gapOf());
    const filled = gapLine(
      gapOf({ status: 'filled', beforeTradeId: '50', toTimestamp: MINUTE + 9, missing: 8 }),
    );
    expect(open).toMatch(
      /^market_gaps,exchange=binance,service=ingestion,symbol=BTC_USDT gap_id="binance:BTC\/USDT:41",from_id="41",to_id="none",status="open",cause="disconnect",from=\d+i,to=0i,missing=-1i \d{19}$/,
    );
    expect(filled).toContain(
      `to_id="50",status="filled",cause="disconnect",from=${MS}i,to=${MINUTE + 9}i,missing=8i `,
    );
    expect(filled.split(' ').at(-1)).toBe(open.split(' ').at(-1));
    expect(
      gapLine(gapOf({ gapId: 'binance:BTC/USDT:42' }))
        .split(' ')
        .at(-1),
    ).not.toBe(open.split(' ').at(-1));
  });

  test('a signal has kind and risk as tags, model and timeframe as fields', () => {
    expect(signalLine(signalOf({ modelVersion: 'trend "x" \\ 1' }))).toMatch(
      /^ml_signals,exchange=binance,risk_level=low,service=ingestion,signal=buy,symbol=BTC_USDT confidence=0.7,prob_buy=0.7,prob_hold=0.2,prob_sell=0.1,risk_score=0.15,inference_time_ms=0.4,model_version="trend \\"x\\" \\\\ 1",timeframe="1m" \d{19}$/,
    );
    const times = [signalOf(), signalOf({ timeframe: '5m' }), signalOf({ modelVersion: 'trend-2' })].map(
      (signal) => signalLine(signal).split(' ').at(-1),
    );
    expect(new Set(times).size).toBe(3);
  });

  test('an outcome stands where its signal does, and says unjudged where its figures are none', () => {
    expect(outcomeLine(outcomeOf())).toMatch(
      /^signal_outcomes,exchange=binance,service=ingestion,signal=buy,symbol=BTC_USDT status="hit",model_version="trend-1",timeframe="1m",horizon=\d+i,entry_price=100.1,exit_price=100.3,return_bps=19.98001998,max_adverse_bps=2.5,max_favourable_bps=31 \d{19}$/,
    );
    expect(outcomeLine(unjudgedOf())).toContain(
      `status="unjudged",model_version="trend-1",timeframe="1m",horizon=${MINUTE + 300_000}i,entry_price=0,exit_price=0,return_bps=0,max_adverse_bps=0,max_favourable_bps=0 `,
    );
    expect(outcomeLine(outcomeOf()).split(' ').at(-1)).toBe(signalLine(signalOf()).split(' ').at(-1));
  });

  test('every point carries the full set of fields of its measurement, whatever is unknown', () => {
    const lines = [
      tickLine(tickOf({ quoted: false, quotedAt: null })),
      candleLine(candleOf()),
      gapLine(gapOf({ afterTradeId: null })),
      signalLine(signalOf()),
      outcomeLine(unjudgedOf()),
    ];
    for (const line of lines) {
      const [head = '', fields = ''] = line.split(' ');
      const names = fields.split(',').map((field) => field.split('=')[0]);
      expect([head, names]).toEqual([head, Object.keys(MEASUREMENTS[head.split(',')[0] ?? ''] ?? {})]);
    }
  });

  test('a double comes back from its digits', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (last) => {
        const [, digits] = /,last=([^,]+),/.exec(tickLine(tickOf({ last }))) ?? [];
        expect(Number(digits)).toBe(last === 0 ? 0 : last);
      }),
    );
  });

  test.each([
    ['a number that is not finite', () => tickLine(tickOf({ last: Number.NaN }))],
    ['a number without end', () => candleLine(candleOf({ high: Infinity }))],
    ['a fraction of a millisecond', () => tickLine(tickOf({ timestamp: MINUTE + 0.5 }))],
    ['a time before 1970', () => tickLine(tickOf({ timestamp: -1 }))],
    ['a time that 64 bits do not hold', () => tickLine(tickOf({ timestamp: 9_223_372_036_855 }))],
    ['a count that a double does not hold', () => candleLine(candleOf({ trades: 2 ** 53 }))],
    ['a trade id with a line of its own', () => tickLine(tickOf({ tradeId: '1\nevil,t=1 v=666 2' }))],
    ['an empty trade id', () => tickLine(tickOf({ tradeId: '' }))],
    ['a gap id with a line of its own', () => gapLine(gapOf({ gapId: 'x\nevil,t=1 v=666 2' }))],
    ['a backslash in front of what a tag escapes', () => tagValue('x\\ v="1" 2')],
    ['an empty text', () => gapLine(gapOf({ gapId: '' }))],
    ['a return without end', () => outcomeLine(outcomeOf({ returnBps: -Infinity }))],
    ['half a character', () => signalLine(signalOf({ modelVersion: '\ud83d' }))],
  ])('%s is refused with a sentence', (_what, line) => {
    expect(line).toThrow(PermanentError);
    expect(line).toThrow(/: not stored\.$/);
  });
});

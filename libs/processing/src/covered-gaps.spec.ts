import type { Gap, RawRecord } from '@neuraltrade/contracts';
import fc from 'fast-check';
import { DEFAULT_PROCESSING, type ProcessingConfig } from './config';
import { createProcessing } from './processing';
import { Collected, MIDNIGHT, resultOf, sampleClock, sampleGap, sampleTick } from './sample-records';

const MINUTE = 60_000;
const CONFIG: ProcessingConfig = { ...DEFAULT_PROCESSING, timeframes: ['1m'] };
/** Time between two trades: six to a minute. */
const STEP = 10_000;

const at = (id: number): number => MIDNIGHT + id * STEP;
const trade = (id: number, backfilled = false) =>
  sampleTick({ tradeId: String(id), timestamp: at(id), last: 100 + (id % 7), backfilled });
const trades = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => trade(from + index));
const clock = (id: number) => sampleClock(at(id));
const gap = (after: number, before: number | null, status: Gap['status'] = 'open', instance = 'b'): Gap => {
  const place = {
    afterTradeId: String(after),
    beforeTradeId: before === null ? null : String(before),
    fromTimestamp: at(after),
    toTimestamp: status === 'open' || before === null ? null : at(before),
    status,
  };
  const made = sampleGap(place);
  return { ...made, gapId: `${made.gapId}@${instance}` };
};
const incomplete = (records: readonly RawRecord[]): number[] =>
  [...resultOf(CONFIG, records, false).latest().values()]
    .filter(({ complete }) => !complete)
    .map(({ timestamp }) => (timestamp - MIDNIGHT) / MINUTE);

describe('a gap of one adapter whose trades another one has seen', () => {
  it('is none when it opens with an end, whatever becomes of the adapter', () => {
    const records = [...trades(0, 20), gap(5, 9)];
    expect(resultOf(CONFIG, [...records, clock(30)], false).gaps).toEqual([
      { ...gap(5, 9, 'filled'), toTimestamp: at(20), missing: 3 },
    ]);
    expect(resultOf(CONFIG, records, true).gaps).toHaveLength(1);
    expect(incomplete([...records, clock(30)])).toEqual([]);
  });

  it('is closed by the next owner of the partition where the last one came no further', () => {
    const first = createProcessing(CONFIG, 0);
    first.apply([...trades(0, 20), gap(5, 9)], new Collected());
    const outputs = new Collected();
    createProcessing(CONFIG, 1, first.exportState()).apply([clock(30)], outputs);
    expect(outputs.gaps).toMatchObject([{ ...gap(5, 9, 'filled'), toTimestamp: at(20), missing: 3 }]);
  });

  it('is closed by the record of its adapter alone where that comes before the next clock', () => {
    const records = [...trades(0, 20), gap(5, 9), gap(5, 9, 'filled'), clock(30)];
    expect(resultOf(CONFIG, records, true).gaps).toEqual([]);
  });

  it('is none when its adapter could not fill it, whoever came first', () => {
    const lost = gap(5, 9, 'unfillable');
    expect(incomplete([...trades(0, 20), lost, clock(30)])).toEqual([]);
    const first = [...trades(0, 5), ...trades(9, 20), lost, clock(30)];
    expect(incomplete(first)).toEqual([0, 1]);
    expect(incomplete([...first, ...trades(6, 8), clock(31)])).toEqual([]);
    expect(incomplete([...first, ...trades(6, 7), clock(31)])).toEqual([0, 1]);
  });

  it('is none, nor is the one inside it that a killed adapter left behind, when both were closed as lost before', () => {
    const lost = [...trades(0, 5), gap(5, null), gap(3, null), trade(9), gap(3, 9, 'unfillable')];
    const last = (records: readonly RawRecord[]) =>
      new Map(resultOf(CONFIG, records, true).gaps.map(({ gapId, status }) => [gapId, status]));
    const ids = [gap(3, null).gapId, gap(5, null).gapId];
    expect(last(lost).get(ids[1] as string)).toBe('unfillable');
    const covered = last([...lost, ...trades(6, 8), ...trades(10, 20), clock(30)]);
    expect(ids.map((id) => covered.get(id))).toEqual(['filled', 'filled']);
  });

  it('without an end begins anew behind what was seen, when its adapter never comes again', () => {
    const records = [...trades(0, 5), gap(5, null), ...trades(6, 20), clock(30)];
    expect(incomplete(records)).toEqual([3]);
    expect(incomplete([...records, ...trades(21, 40), clock(50)])).toEqual([6]);
  });

  it('without an end stays where the first id behind it was not seen', () => {
    const records = [...trades(0, 5), gap(5, null), ...trades(7, 20), clock(30)];
    expect(incomplete(records)).toEqual([0, 1, 2, 3]);
  });

  it('without an end keeps no candle and no id of long ago', () => {
    const hours = [
      gap(5, null),
      ...Array.from({ length: 2_000 }, (_, i) => [trade(6 + i), clock(6 + i)]).flat(),
    ];
    const processing = createProcessing(CONFIG, 0);
    processing.apply([...trades(0, 5), ...hours], new Collected());
    const [candles] = /"candles":\[.*?\]\]/.exec(processing.exportState()) ?? [''];
    expect(candles.split('],[').length).toBeLessThan(150);
  });

  it('whose ids have holes between them stays as it was closed', () => {
    const lost = { ...gap(5, null, 'unfillable'), toTimestamp: at(9) };
    expect(incomplete([...trades(0, 20), lost, clock(30)])).toEqual([0, 1]);
  });

  it('survives a checkpoint, one of an earlier release as well', () => {
    const records = [...trades(0, 5), ...trades(9, 12), gap(5, 9, 'unfillable'), gap(12, null)];
    const rest = [...trades(6, 8), ...trades(13, 20), clock(30)];
    const outputs = new Collected();
    const first = createProcessing(CONFIG, 0);
    first.apply(records, outputs);
    createProcessing(CONFIG, 0, first.exportState()).apply(rest, outputs);
    expect([...outputs.latest().values()].filter(({ complete }) => !complete)).toMatchObject([
      { timestamp: MIDNIGHT + 3 * MINUTE },
    ]);
    const older = JSON.stringify(JSON.parse(first.exportState()), (key, value: unknown) => {
      if (key === 'unseen' || key === 'newest') return undefined;
      return key === 'open' ? (value as unknown[][]).map((entry) => entry.slice(0, 5)) : value;
    });
    expect(() => createProcessing(CONFIG, 0, older).apply(rest, new Collected())).not.toThrow();
  });
});

describe('two adapters of one venue', () => {
  const LAST = 60;
  /** What becomes of the trades that an adapter missed. */
  const ends = fc.constantFrom('filled', 'unfillable', 'dies');
  const outage = fc.record({ from: fc.nat({ max: 50 }), length: fc.integer({ min: 1, max: 8 }), end: ends });

  it('give the candles of all trades, complete, as long as one of them sees each trade', () => {
    fc.assert(
      fc.property(
        fc.array(outage, { maxLength: 3 }),
        fc.array(outage, { maxLength: 3 }),
        fc.array(fc.boolean(), { minLength: 100, maxLength: 100 }),
        (ofA, ofB, order) => {
          const downA = apart(ofA, []);
          // The second one is there whenever the first one is away; it may die where the first one stays.
          const downB = apart(ofB, downA);
          const records = merged(streamOf(downA, 'a'), streamOf(downB, 'b'), order);
          const latest = resultOf(CONFIG, [...records, trade(LAST + 60), clock(LAST + 70)], false).latest();
          const expected = resultOf(CONFIG, [...trades(0, LAST), trade(LAST + 60), clock(LAST + 70)], false);
          const plain = (candles: ReturnType<Collected['latest']>) =>
            [...candles.values()]
              .filter(({ timestamp }) => timestamp < at(LAST) - MINUTE)
              .map(({ state: _, revision: __, ...candle }) => candle)
              .sort((one, other) => one.timestamp - other.timestamp);
          expect(plain(latest)).toEqual(plain(expected.latest()));
        },
      ),
    );
  });

  type Down = { readonly from: number; readonly to: number; readonly end: 'filled' | 'unfillable' | 'dies' };

  /** Those outages that overlap none before them: the ids from..to-1 are missed; whoever dies is away from then on. */
  function apart(
    outages: readonly { from: number; length: number; end: Down['end'] }[],
    others: readonly Down[],
  ): Down[] {
    const taken: Down[] = [];
    for (const { from, length, end } of outages) {
      const down = { from: from + 1, to: end === 'dies' ? Infinity : from + 1 + length, end };
      const isFree = [...taken, ...others].every((other) => other.to < down.from || down.to < other.from);
      if (isFree) taken.push(down);
    }
    return taken.sort((one, other) => one.from - other.from);
  }

  function streamOf(downs: readonly Down[], instance: string): RawRecord[] {
    const records: RawRecord[] = [];
    let next = 0;
    for (const { from, to, end } of downs) {
      records.push(...trades(next, from - 1), gap(from - 1, null, 'open', instance));
      if (end === 'dies') return records;
      if (end === 'filled')
        records.push(...trades(from, to - 1).map((one) => ({ ...one, backfilled: true })));
      records.push(trade(to), gap(from - 1, to, end, instance), clock(to));
      next = to + 1;
    }
    return [...records, ...trades(next, LAST), clock(LAST)];
  }

  function merged(a: RawRecord[], b: RawRecord[], order: readonly boolean[]): RawRecord[] {
    const records: RawRecord[] = [];
    for (let step = 0; a.length + b.length > 0; step += 1) {
      const source = (order[step % order.length] === true && a.length > 0) || b.length === 0 ? a : b;
      records.push(source.shift() as RawRecord);
    }
    return records;
  }
});

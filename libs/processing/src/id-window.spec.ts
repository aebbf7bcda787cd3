import fc from 'fast-check';
import { HOLED_WINDOW_PART, type IdOutcome, IdWindow, MAX_RANGES } from './id-window';
import { highDigits, lowDigits, tradeIdOf } from './trade-number';

function add(window: IdWindow, tradeId: string): IdOutcome {
  return window.add(tradeId, lowDigits(tradeId));
}

const limits = { ids: 3, ms: 60_000 };

describe('the window of ids seen', () => {
  it('an id is new once', () => {
    const window = new IdWindow(limits);
    expect([add(window, '7'), add(window, '7'), add(window, '6'), add(window, '6')]).toEqual([
      'new',
      'seen',
      'new',
      'seen',
    ]);
  });

  it('ids beyond 2^53 are told apart to the last digit, also across a change of the leading digits', () => {
    const ids = [
      '2290000000000000001',
      '2290000000000000002',
      '2280000000000000001',
      '1',
      '99999999999999999999',
    ];
    const window = new IdWindow(limits);
    expect(ids.map((id) => add(window, id))).toEqual(ids.map(() => 'new'));
    expect(ids.map((id) => add(window, id))).toEqual(ids.map(() => 'seen'));
  });

  it('an id made of leading and last digits is the id', () => {
    const id = fc.bigInt({ min: 0n, max: 10n ** 40n - 1n }).map(String);
    fc.assert(fc.property(id, (text) => expect(tradeIdOf(highDigits(text), lowDigits(text))).toBe(text)));
  });

  it('forgets a range that is both older than the time and outside the newest ids', () => {
    const window = new IdWindow(limits);
    add(window, '1');
    window.advance(0, null);
    for (const id of ['3', '5', '7']) add(window, id);
    window.advance(60_000, null);
    const continued = IdWindow.restore(limits, window.export());
    for (const each of [window, continued]) {
      expect(add(each, '1')).toBe('forgotten');
      expect(add(each, '3')).toBe('seen');
    }
  });

  it('keeps a range that is old but among the newest ids, and one that is recent but not among them', () => {
    const few = new IdWindow(limits);
    add(few, '1');
    few.advance(0, null);
    for (const id of ['3', '5']) add(few, id);
    few.advance(600_000, null);
    expect(add(few, '1')).toBe('seen');
    const recent = new IdWindow(limits);
    for (const id of ['1', '3', '5', '7', '9']) add(recent, id);
    recent.advance(0, null);
    recent.advance(59_999, null);
    expect(add(recent, '1')).toBe('seen');
  });

  it('keeps the ids above an open gap whatever their age', () => {
    const window = new IdWindow(limits);
    for (const id of ['1', '4', '6']) add(window, id);
    window.advance(0, '2');
    for (const id of ['8', '10', '12']) add(window, id);
    window.advance(600_000, '2');
    expect(add(window, '1')).toBe('forgotten');
    expect(add(window, '4')).toBe('seen');
  });

  it('consecutive ids stay known for ever at no cost', () => {
    const window = new IdWindow(limits);
    for (let id = 1; id <= 50_000; id++) {
      add(window, String(id));
      if (id % 100 === 0) window.advance(id * 1_000, null);
    }
    expect(add(window, '1')).toBe('seen');
    expect(JSON.stringify(window.export()).length).toBeLessThan(700);
  });

  it('a venue whose ids have holes keeps 60,000 ranges', () => {
    const window = new IdWindow({ ids: 100_000, ms: 900_000 });
    expect(100_000 * HOLED_WINDOW_PART).toBe(60_000);
    for (let id = 1; id <= 200_000; id++) {
      add(window, String(id * 2));
      if (id % 1_000 === 0) window.advance(id, null);
    }
    expect(add(window, String((200_000 - 60_000 + 1) * 2))).toBe('seen');
    expect(add(window, String((200_000 - 60_000 - 5_001) * 2))).toBe('forgotten');
  });

  it('never keeps more than its bound, not even for an open gap', () => {
    const window = new IdWindow(limits);
    for (let id = 1; id <= MAX_RANGES + 1; id++) add(window, String(id * 2));
    window.advance(1_000_000, '');
    expect(add(window, '2')).toBe('forgotten');
  });

  it('continues from its exported state as if nothing had happened', () => {
    const step = fc.oneof(
      fc.record({
        id: fc.integer({ min: 0, max: 60 }).map((low) => `22900000000000000${low}`.slice(low % 3)),
      }),
      fc.record({
        at: fc.integer({ min: 0, max: 500_000 }),
        keep: fc.constantFrom(null, '', '2290000000000000030'),
      }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.nat(80), (steps, cut) => {
        let restored = new IdWindow(limits);
        const whole = new IdWindow(limits);
        steps.forEach((each, index) => {
          if (index === cut)
            restored = IdWindow.restore(limits, JSON.parse(JSON.stringify(restored.export())) as never);
          if ('id' in each) expect(add(restored, each.id)).toBe(add(whole, each.id));
          else [restored, whole].forEach((window) => window.advance(each.at, each.keep));
        });
        expect(restored.export()).toEqual(whole.export());
      }),
    );
  });
});

import fc from 'fast-check';
import { InputLedger, MAX_SOURCES } from './input-ledger';

const fresh = (): InputLedger => new InputLedger([]);

describe('InputLedger', () => {
  it('finds nothing wrong with batches in their order', () => {
    const ledger = fresh();
    expect([1, 2, 3].map((batch) => ledger.note('a', batch))).toEqual([null, null, null]);
  });

  it('takes a batch that was tried again for no hole', () => {
    const ledger = fresh();
    expect([1, 2, 2, 1, 3].map((batch) => ledger.note('a', batch))).toEqual([null, null, null, null, null]);
  });

  it('names the batches that were left out', () => {
    const ledger = fresh();
    ledger.note('a', 1);
    expect(ledger.note('a', 5)).toEqual({ source: 'a', from: 2, to: 4 });
  });

  it('counts each source by itself, and a new run of an adapter from 1', () => {
    const ledger = fresh();
    expect([
      ledger.note('a', 1),
      ledger.note('b', 1),
      ledger.note('a', 2),
      ledger.note('a-again', 1),
    ]).toEqual([null, null, null, null]);
  });

  it('finds a source that it never heard missing from its first batch on', () => {
    expect(fresh().note('a', 3)).toEqual({ source: 'a', from: 1, to: 2 });
  });

  it('takes any first number where what came before is not known, and none left out after it', () => {
    const ledger = new InputLedger(null);
    expect(ledger.note('a', 7)).toBeNull();
    expect(ledger.note('a', 9)).toEqual({ source: 'a', from: 8, to: 8 });
  });

  it('knows after a restart what it knew before', () => {
    const before = fresh();
    before.note('a', 1);
    before.note('a', 4);
    const after = new InputLedger(
      JSON.parse(JSON.stringify(before.export())) as ReturnType<typeof before.export>,
    );
    expect(after.isMissing({ source: 'a', from: 2, to: 3 })).toBe(true);
    expect(after.note('a', 5)).toBeNull();
    expect(new InputLedger(after.export()).note('b', 2)).not.toBeNull();
  });

  it('forgets the source that was silent for longest, and counts nothing of it as come', () => {
    const ledger = fresh();
    ledger.note('silent', 1);
    for (let index = 0; index < MAX_SOURCES; index += 1) ledger.note(`s${index}`, 1);
    expect(ledger.export()).toHaveLength(MAX_SOURCES);
    expect(ledger.isMissing({ source: 'silent', from: 1, to: 1 })).toBe(true);
  });

  it('misses exactly what did not come, in whatever order and however often the rest came', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1 }), (batches) => {
        const ledger = fresh();
        for (const batch of batches) ledger.note('a', batch);
        for (let batch = 1; batch <= Math.max(...batches); batch += 1)
          expect(ledger.isMissing({ source: 'a', from: batch, to: batch })).toBe(!batches.includes(batch));
      }),
    );
  });

  it('never counts a batch as come that did not, however many stretches are missing', () => {
    const ledger = fresh();
    for (let batch = 2; batch <= 100; batch += 2) ledger.note('a', batch);
    for (let batch = 1; batch < 100; batch += 2)
      expect(ledger.isMissing({ source: 'a', from: batch, to: batch })).toBe(true);
  });
});

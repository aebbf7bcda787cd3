import fc from 'fast-check';
import signalPerformance from '../../../../queries/signal_performance.flux';
import { fluxQuery, instant } from './flux-query';

describe('a query file with its names set', () => {
  test('values stand in front of the text, behind the imports', () => {
    const query = fluxQuery('// What it does.\nimport "date"\n\nfrom(bucket: bucket)\n', {
      bucket: 'market_data',
      since: instant(1),
      limit: { integer: 5 },
    });
    expect(query).toBe(
      '// What it does.\nimport "date"\n\nbucket = "market_data"\nsince = time(v: "1970-01-01T00:00:00.001Z")\nlimit = 5\nfrom(bucket: bucket)\n',
    );
    const real = fluxQuery(signalPerformance, { bucket: 'b' });
    expect(real.indexOf('bucket = "b"')).toBeGreaterThan(real.lastIndexOf('import "'));
  });

  test('no text gets out of its literal', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('"', '\\', '$', '{', '\n', 'a') })),
        (text) => {
          const [definition = ''] = fluxQuery('X', { name: text }).split('\nX');
          expect(definition).toMatch(/^name = "(?:[^"\\\n]|\\.)*"$/);
          expect(definition).not.toMatch(/(?<!\\)(?:\\\\)*\$\{/);
        },
      ),
    );
  });

  test('an instant that no point can have becomes the nearest one that can', () => {
    expect(fluxQuery('', { at: instant(Number.MAX_SAFE_INTEGER) })).toBe(
      'at = time(v: "2262-04-11T23:47:16.854Z")\n',
    );
    expect(fluxQuery('', { at: instant(-5) })).toBe('at = time(v: "1970-01-01T00:00:00.000Z")\n');
  });

  test('a name that is none is refused', () => {
    expect(() => fluxQuery('', { 'a = 1\nb': 'x' })).toThrow(RangeError);
  });
});

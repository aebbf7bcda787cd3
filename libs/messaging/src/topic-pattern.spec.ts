import fc from 'fast-check';
import { compileTopicPattern, topicWords } from './topic-pattern';

jest.setTimeout(30_000);

function matches(pattern: string, routingKey: string): boolean {
  return compileTopicPattern(pattern)(topicWords(routingKey));
}

/** The definition, word by word, without any thought of speed. */
function defined(pattern: string[], words: string[]): boolean {
  const [wanted, ...rest] = pattern;
  if (wanted === undefined) return words.length === 0;
  if (wanted === '#') return defined(rest, words) || (words.length > 0 && defined(pattern, words.slice(1)));
  return words.length > 0 && (wanted === '*' || wanted === words[0]) && defined(rest, words.slice(1));
}

describe('topic patterns', () => {
  it.each([
    ['raw.3.*', 'raw.3.kraken', true],
    ['raw.3.*', 'raw.3', false],
    ['raw.3.*', 'raw.3.kraken.x', false],
    ['raw.3.*', 'raw.30.kraken', false],
    ['tick.#', 'tick', true],
    ['tick.#', 'tick.kraken.BTC-USD', true],
    ['tick.#', 'ticks.kraken', false],
    ['a.#.z', 'a.z', true],
    ['a.#.z', 'a.b.c.z', true],
    ['a.#.z', 'a.z.b', false],
    ['#.z', 'z', true],
    ['#.*', '', false],
    ['#.*', 'a', true],
    ['#.a.#', 'b.a.b', true],
    ['#.a.#.a', 'a', false],
    ['#', '', true],
    ['*', '', false],
    ['', '', true],
    ['', 'a', false],
    ['a..b', 'a..b', true],
    ['a.*.b', 'a..b', true],
  ])('%j and the key %j: %s', (pattern, routingKey, expected) => {
    expect(matches(pattern, routingKey)).toBe(expected);
  });

  it('match exactly what the definition says', () => {
    const word = fc.constantFrom('a', 'b', '');
    const wild = fc.constantFrom('a', 'b', '*', '#', '#');
    fc.assert(
      fc.property(fc.array(wild, { maxLength: 7 }), fc.array(word, { maxLength: 7 }), (pattern, words) => {
        expect(compileTopicPattern(pattern.join('.'))(words)).toBe(defined(pattern, words));
      }),
      { numRuns: 3_000 },
    );
  });

  it('take no exponential time over many hashes', () => {
    const pattern = `${'#.a.'.repeat(50)}#.z`;
    expect(matches(pattern, 'a.'.repeat(200) + 'b')).toBe(false);
  });
});

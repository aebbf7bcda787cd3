/** Whether a routing key, split into its words, matches a compiled pattern. */
export type TopicPattern = (words: readonly string[]) => boolean;

/** The words of a routing key or pattern; an empty text has none, and neighbouring dots enclose an empty word. */
export function topicWords(text: string): string[] {
  return text === '' ? [] : text.split('.');
}

/**
 * Compiles a binding's pattern: `*` stands for exactly one word, `#` for zero or more, anywhere and any number of times;
 * every other word for itself.
 */
export function compileTopicPattern(pattern: string): TopicPattern {
  const expected = topicWords(pattern);
  if (!expected.includes('#')) {
    return (words) =>
      words.length === expected.length && expected.every((word, i) => word === '*' || word === words[i]);
  }
  if (expected.length === 1) return () => true;
  return (words) => matchesWithHashes(expected, words);
}

/** Goes back to the last `#` only: an earlier one could not match more than the last one does. */
function matchesWithHashes(expected: readonly string[], words: readonly string[]): boolean {
  let at = 0;
  let next = 0;
  let hash = -1;
  let resume = 0;
  while (at < words.length) {
    const wanted = expected[next];
    if (wanted === '#') {
      hash = next++;
      resume = at;
    } else if (wanted !== undefined && (wanted === '*' || wanted === words[at])) {
      next += 1;
      at += 1;
    } else if (hash >= 0) {
      next = hash + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (expected[next] === '#') next += 1;
  return next === expected.length;
}

import { figuresInWords } from './component-figures';

test.each([
  [{ bufferDepth: 4, latencyMs: 15.2, gaps: 1, reconnects: 2 }, '15 ms · 2 reconnects · 1 gap'],
  [{ partitionsOwned: 7, trades: 62_743, late: 0, refused: 0 }, '7 partitions · 0 late · 0 refused'],
  [{ models: 1, signals: 12, inferenceP99Ms: 1.66 }, '1 model · 12 signals · p99 1.7 ms'],
  [{ signals: 12, hits: 1, misses: 1 }, '12 signals · 1 hit · 1 miss'],
  [{ queuedMessages: 3 }, ''],
])('the figures %p are told as %p', (figures, words) => expect(figuresInWords(figures)).toBe(words));

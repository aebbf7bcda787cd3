import { formatCount } from '../format/price-format';
import { formatLatency } from '../format/time-format';

/** The figures that stand beside a component's name, in this order, if it tells them; the pointer tells all others. */
const WORDS: Readonly<Record<string, (value: number) => string>> = {
  latencyMs: formatLatency,
  reconnects: (count) => counted(count, 'reconnect'),
  gaps: (count) => counted(count, 'gap'),
  partitionsOwned: (count) => counted(count, 'partition'),
  late: (count) => `${formatCount(count)} late`,
  refused: (count) => `${formatCount(count)} refused`,
  recordsStored: (count) => `${formatCount(count)} stored`,
  parkedMessages: (count) => `${formatCount(count)} parked`,
  ticksRecorded: (count) => `${formatCount(count)} recorded`,
  models: (count) => counted(count, 'model'),
  signals: (count) => counted(count, 'signal'),
  inferenceP99Ms: (ms) => `p99 ${formatLatency(ms)}`,
  hits: (count) => counted(count, 'hit'),
  misses: (count) => `${formatCount(count)} ${count === 1 ? 'miss' : 'misses'}`,
};

/** The figures of a component that are worth a look at once ('15 ms · 0 reconnects · 3 gaps'); empty when it tells none of them. */
export function figuresInWords(figures: Readonly<Record<string, number>>): string {
  const words = Object.entries(WORDS).flatMap(([name, say]) => {
    const value = figures[name];
    return value === undefined ? [] : say(value);
  });
  return words.join(' · ');
}

function counted(count: number, what: string): string {
  return `${formatCount(count)} ${what}${count === 1 ? '' : 's'}`;
}

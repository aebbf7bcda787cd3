import type { StrategyDefinition } from './strategy';

/** The benchmark: everything is bought once and kept. */
export const buyAndHold: StrategyDefinition = {
  name: 'buy-and-hold',
  summary: 'Buys at the first candle and never sells.',
  parameters: [],
  conflict: () => null,
  create: () => ({ warmUp: 1, onCandle: () => 1 }),
};

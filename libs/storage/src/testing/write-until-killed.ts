import { writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { openDatabase } from '../duckdb/database';
import { DuckDbStore } from '../duckdb/duckdb-store';
import { DAY_MS } from '../duckdb/partition';
import { candleOf, gapOf, MINUTE, outcomeOf, signalOf, tickOf } from './records';
import type { ProcessedTick } from '@neuraltrade/contracts';

/** Ticks that each round writes. */
const TICKS = 100;
/** Days over which rounds are spread; the first four are old enough to be sealed. */
const DAYS = 6;

/**
 * Writes round after round to the store in the directory while it seals without a pause, and prints each round's number
 * once it is stored. Ends by being killed, or by killing itself where sealing reaches a step for the nth time.
 */
async function main(directory: string, first: number, killAt: string, nth: number): Promise<void> {
  let reached = 0;
  const store = new DuckDbStore(await openDatabase({ directory }), {
    tickRetentionMs: 0,
    now: () => MINUTE + 4 * DAY_MS,
    atStep: (step) => {
      if (step === killAt && (reached += 1) === nth) process.kill(process.pid, 'SIGKILL');
    },
  });
  void sealWithoutPause(store);
  for (let round = first; ; round += 1) {
    await Promise.all([
      store.writeTicks([...ticksOf(round), ...ticksOf(Math.max(1, round - 7)).slice(0, 10)]),
      store.writeCandles([candleOf({ timestamp: MINUTE + round * 60_000 })]),
      store.writeGaps([gapOf({ gapId: `binance:BTC/USDT:${round}`, afterTradeId: String(round) })]),
      store.writeSignals([signalOf({ timestamp: MINUTE + round * 60_000 })]),
      store.writeOutcomes([outcomeOf({ timestamp: MINUTE + round * 60_000 })]),
    ]);
    writeSync(1, `${round}\n`);
  }
}

function ticksOf(round: number): ProcessedTick[] {
  return Array.from({ length: TICKS }, (_, index) =>
    tickOf({
      exchange: index % 2 === 0 ? 'binance' : 'kraken',
      tradeId: String(round * TICKS + index),
      timestamp: MINUTE + (round % DAYS) * DAY_MS + round,
    }),
  );
}

async function sealWithoutPause(store: DuckDbStore): Promise<void> {
  for (;;) {
    const { faults } = await store.sealTicks();
    if (faults.length > 0) throw new Error(faults.join(' '));
    await setImmediate();
  }
}

const [directory, first, killAt = '', nth = '1'] = process.argv.slice(2);
void main(directory as string, Number(first), killAt, Number(nth));

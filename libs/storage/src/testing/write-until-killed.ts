import { writeSync } from 'node:fs';
import { openDuckDbStore } from '../duckdb/duckdb-store';
import { candleOf, gapOf, MINUTE, tickOf } from './records';

/** Ticks that each round writes. */
const TICKS = 100;

/** Writes round after round to the store in the directory and prints each round's number once it is stored, for ever. */
async function main(directory: string): Promise<void> {
  const store = await openDuckDbStore({ directory });
  for (let round = 1; ; round += 1) {
    const ticks = Array.from({ length: TICKS }, (_, index) =>
      tickOf({ tradeId: String(round * TICKS + index), timestamp: MINUTE + round }),
    );
    await Promise.all([
      store.writeTicks(ticks),
      store.writeCandles([candleOf({ timestamp: MINUTE + round * 60_000 })]),
      store.writeGaps([gapOf({ gapId: `binance:BTC/USDT:${round}`, afterTradeId: String(round) })]),
    ]);
    writeSync(1, `${round}\n`);
  }
}

void main(process.argv[2] as string);

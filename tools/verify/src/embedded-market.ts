import { join } from 'node:path';
import { openDuckDbStore } from '@neuraltrade/storage';
import { sqlText } from './scratch-database';
import type { StoredMarket } from './stored-market';

const END_OF_TIME = 8_640_000_000_000_000;

/** The embedded store in a folder that no process has open. */
export function embeddedMarket(directory: string): StoredMarket {
  return {
    async attach(database) {
      const candles = database.folder('candles');
      // Whether a candle is complete is decided at reading, so it is read as any reader does.
      const store = await openDuckDbStore({ directory });
      let count: number;
      try {
        count = (await store.exportCandles({ from: 0, to: END_OF_TIME, directory: candles })).rows;
      } finally {
        await store.close();
      }
      await database.run(`ATTACH ${sqlText(join(directory, 'market.duckdb'))} AS stored (READ_ONLY)`);
      const files = sqlText(`${candles.replace(/[[*?]/g, '[$&]')}/**/*.parquet`);
      return {
        ticks: 'stored.ticks',
        candles:
          count === 0
            ? '(SELECT *, false AS complete FROM stored.published_candles WHERE false)'
            : `read_parquet(${files}, hive_partitioning = true, hive_types_autocast = false)`,
        gaps: 'stored.gaps',
      };
    },
  };
}

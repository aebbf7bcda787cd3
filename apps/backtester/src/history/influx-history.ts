import { type Env, influxFields, parseConfig } from '@neuraltrade/service';
import { configuredInfluxStore } from '@neuraltrade/storage';
import { z } from 'zod';
import { allGaps } from './all-gaps';
import type { History } from './history';
import { replayStored } from './replay-stored';
import { readStoredCandles } from './stored-candles';

/**
 * The history in the InfluxDB that the environment names.
 * @throws ConfigError when the environment names none; StoreUnavailableError when it does not answer.
 */
export async function openInfluxHistory(env: Env): Promise<History> {
  const config = parseConfig(z.object(influxFields), env);
  const store = configuredInfluxStore(config, () => config.INFLUX_TOKEN);
  await store.verify('read');
  const title = `The bucket ${config.INFLUX_BUCKET}`;
  return {
    // The points do not say where their market came from.
    market: 'unknown',
    replay: (plan, onProgress) =>
      replayStored(
        { ticks: store, title, gaps: (symbol, from, to) => allGaps(store, symbol, from, to) },
        plan,
        onProgress,
      ),
    candles: (plan, onProgress) => readStoredCandles(store, title, plan, onProgress),
    close: () => store.close(),
  };
}

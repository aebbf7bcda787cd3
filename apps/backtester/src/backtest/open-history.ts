import type { Env } from '@neuraltrade/service';
import { captureHistory } from '../history/capture-history';
import type { History } from '../history/history';
import { openInfluxHistory } from '../history/influx-history';
import { openFolderHistory } from '../history/parquet-history';
import { simulatedHistory } from '../history/simulated-history';
import { openStoreHistory } from '../history/store-history';
import type { BacktestRequest } from './request';

/** Opens the history that a request names. @throws ExpectedError with a sentence when it cannot be opened. */
export async function openHistory(
  { source, venue }: Pick<BacktestRequest, 'source' | 'venue'>,
  env: Env,
): Promise<History> {
  switch (source.kind) {
    case 'store':
      return openStoreHistory(source.path, source.live);
    case 'influx':
      return openInfluxHistory(env);
    case 'capture':
      return captureHistory(source.files, venue);
    case 'simulated':
      return simulatedHistory(source.seed);
    case 'parquet':
      return openFolderHistory(source.path, venue);
  }
}

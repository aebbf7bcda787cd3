import { openParquetHistory } from '@neuraltrade/storage';
import type { Venue } from '@neuraltrade/venues';
import type { History } from './history';
import { IdHoles } from './id-holes';
import { replayStored } from './replay-stored';

/**
 * The history in a folder of Parquet files: of the recorder, or an export. It holds trades alone, so that what is missing is found
 * by the ids of the trades, where they rise by one.
 * @throws ExpectedError when there is no such folder.
 */
export async function openFolderHistory(directory: string, venue: Venue): Promise<History> {
  const files = await openParquetHistory(directory);
  return {
    market: files.market ?? 'unknown',
    replay: (plan, onProgress) =>
      replayStored(
        {
          ticks: files,
          title: `The folder ${directory}`,
          gaps: () => Promise.resolve([]),
          gapsByIds: () => {
            const holes = new IdHoles(venue);
            return (tick) => holes.before(tick);
          },
        },
        plan,
        onProgress,
      ),
    candles: null,
    close: () => files.close(),
  };
}

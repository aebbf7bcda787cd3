import {
  type ArchiveMarket,
  openParquetHistory,
  openTickArchive,
  type ParquetHistory,
  type TickArchive,
} from '@neuraltrade/storage';
import { createRecorder, type Recorder, type RecorderDeps } from './create-recorder';

/** What a recorder with an archive of its own is made of. */
export interface OwnArchiveDeps extends Omit<RecorderDeps, 'archive' | 'recorded'> {
  /** Folder of the archive. */
  readonly directory: string;
  /** Where the market comes from. */
  readonly market: ArchiveMarket;
}

/**
 * Opens an archive and records ticks in it; stopping closes it.
 * @throws StoreOpenError when another process writes to it, or it holds another market; what the bus throws.
 */
export async function openRecorder({ directory, market, ...deps }: OwnArchiveDeps): Promise<Recorder> {
  const archive = await openTickArchive({
    directory,
    market,
    onBadFile: (sentence) => deps.log.error(sentence),
  });
  let recorded: ParquetHistory | null = null;
  try {
    recorded = await openParquetHistory(directory);
    const recorder = await createRecorder({ ...deps, archive, recorded });
    const opened = recorded;
    return {
      checks: recorder.checks,
      stop: async () => {
        await recorder.stop();
        await closeBoth(archive, opened);
      },
    };
  } catch (error) {
    await closeBoth(archive, recorded);
    throw error;
  }
}

async function closeBoth(archive: TickArchive, recorded: ParquetHistory | null): Promise<void> {
  await recorded?.close();
  await archive.close();
}

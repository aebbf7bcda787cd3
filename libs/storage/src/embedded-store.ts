import type { MarketStore } from './market-store';
import type { TickHistory } from './tick-history';

/** The store inside this process: a {@link MarketStore} that also seals old days and exports to Parquet. */
export interface EmbeddedStore extends MarketStore, TickHistory {
  /**
   * Moves the ticks of UTC days older than the tick retention from the table into Parquet files below the store's
   * directory, one each day, venue and symbol; a late tick of a sealed day joins its file. Does nothing where no retention
   * was told. A store that was told one does this by itself, at its opening and every hour.
   * @throws RetryableError when the store is closed meanwhile or fails as a whole.
   */
  sealTicks(): Promise<SealResult>;
  /**
   * Writes the stored ticks of a range, sealed or not, as Parquet files (zstd) and a manifest.json into a new or empty
   * directory: day=2026-01-15/exchange=binance/symbol=BTC%2FUSDT/ticks.parquet, each ascending by timestamp and trade id.
   * Ticks that are written meanwhile may or may not be in it.
   * @throws RangeError that names a bad argument; ExportError when the directory cannot be used; RetryableError when the
   *   store or the disk fails: then there is no manifest.
   */
  exportTicks(query: ExportTicksQuery): Promise<ExportManifest>;
  /**
   * Writes the stored candles that open in a range, in the same manner: candles.parquet, each ascending by timeframe and
   * timestamp, `complete` as {@link MarketStore.candles} gives it.
   * @throws as exportTicks does.
   */
  exportCandles(query: ExportCandlesQuery): Promise<ExportManifest>;
}

/** What one run of sealing did. */
export interface SealResult {
  /** Parquet files written, new ones and those that took late ticks. */
  readonly files: number;
  /** Rows that left the table. */
  readonly ticks: number;
  /** One sentence for each day, venue and symbol that could not be sealed; its rows are where they were. */
  readonly faults: readonly string[];
}

/** Which ticks are exported, and where to. */
export interface ExportTicksQuery {
  /** The first instant, ms UTC, inclusive. */
  readonly from: number;
  /** The end, ms UTC, exclusive; not before `from`. */
  readonly to: number;
  /** One venue; absent = all of them. */
  readonly exchange?: string;
  /** One symbol, BASE/QUOTE; absent = all of them. */
  readonly symbol?: string;
  /** Where the files go: a directory that is empty or not there yet. */
  readonly directory: string;
}

/** Which candles are exported, and where to. */
export interface ExportCandlesQuery extends ExportTicksQuery {
  /** One timeframe ('15m'); absent = all of them. */
  readonly timeframe?: string;
}

/** What an export holds, as its manifest.json says; written last, so that its presence tells that the export is whole. */
export interface ExportManifest {
  /** What the rows are. */
  readonly kind: 'ticks' | 'candles';
  /** The first instant that was asked for, ms UTC, inclusive. */
  readonly from: number;
  /** The end that was asked for, ms UTC, exclusive. */
  readonly to: number;
  /** Rows of all files. */
  readonly rows: number;
  /** The files, by day, venue and symbol; none is empty. */
  readonly files: readonly ExportedFile[];
}

/** One file of an export. */
export interface ExportedFile {
  /** Path below the export's directory, with forward slashes. */
  readonly path: string;
  /** The UTC day, '2026-01-15'. */
  readonly day: string;
  /** The venue's name. */
  readonly exchange: string;
  /** BASE/QUOTE. */
  readonly symbol: string;
  /** Rows of the file. */
  readonly rows: number;
}

/** An export that cannot be made where it was asked for, in a sentence that names the directory. */
export class ExportError extends Error {
  override readonly name = 'ExportError';
}

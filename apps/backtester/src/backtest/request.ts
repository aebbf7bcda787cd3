import type {
  AccountSettings,
  Metrics,
  OrderTiming,
  ParameterGrid,
  ParameterValues,
  StrategyDescription,
} from '@neuraltrade/strategies';
import type { Venue } from '@neuraltrade/venues';

/** Where the history comes from. */
export type SourceRequest =
  | {
      /** The embedded store. */
      readonly kind: 'store';
      /** The data directory, or the store's folder; absolute. */
      readonly path: string;
      /** Whether its live data is meant. */
      readonly live: boolean;
    }
  | {
      /** The InfluxDB of the environment. */
      readonly kind: 'influx';
    }
  | {
      /** Parquet files of the recorder, or of an export. */
      readonly kind: 'parquet';
      /** Their folder; absolute. */
      readonly path: string;
    }
  | {
      /** Recordings. */
      readonly kind: 'capture';
      /** The files; absolute. */
      readonly files: readonly string[];
    }
  | {
      /** An invented market. */
      readonly kind: 'simulated';
      /** Its seed. */
      readonly seed: number;
    };

/** A run of the command. */
export interface BacktestRequest {
  /** Discriminant. */
  readonly help: false;
  /** Where the history comes from. */
  readonly source: SourceRequest;
  /** Whose market is traded. */
  readonly venue: Venue;
  /** BASE/QUOTE, at least one, all of one quote currency. */
  readonly symbols: readonly string[];
  /** Length of the candles that are decided on. */
  readonly timeframe: string;
  /** Open of the first candle, ms UTC; absent = where the history begins. */
  readonly from?: number | undefined;
  /** Close of the last candle, ms UTC; absent = where the history ends. */
  readonly to?: number | undefined;
  /** Whether candles are made of trades again, or read as they were stored. */
  readonly candles: 'replayed' | 'stored';
  /** What trades. */
  readonly strategy: StrategyDescription;
  /** Folder of the model that the strategy acts on; absolute; null = it needs none. */
  readonly model: string | null;
  /** Its parameters; of a grid those that do not vary. */
  readonly values: ParameterValues;
  /** The combinations to try; null = one run. */
  readonly grid: ParameterGrid | null;
  /** The figure that the best combination has most of. */
  readonly rankBy: keyof Metrics;
  /** Part of the period, 0 to 1, behind which nothing was chosen by; null = none is set aside. */
  readonly split: number | null;
  /** The account. */
  readonly account: AccountSettings;
  /** Lateness and latency. */
  readonly timing: OrderTiming;
  /** Where the report goes; absolute; null = nowhere. */
  readonly report: string | null;
  /** Threads for a grid. */
  readonly workers: number;
}

/** What the command was asked to do. */
export type Request = { readonly help: true } | BacktestRequest;

import type { ReplayPlan, SymbolHistory } from '../replay/market-replay';

/** Where a market came from, as far as its history tells. */
export type MarketKind = 'live' | 'simulated' | 'unknown';

/** Told how far the reading is, 0 to 1, now and then. */
export type OnProgress = (part: number) => void;

/** A recorded or invented market that can be read again. */
export interface History {
  /** Where its market came from. */
  readonly market: MarketKind;
  /**
   * Replays its trades through the processor's code.
   * @throws ExpectedError with a sentence when it holds nothing of a symbol, or cannot be read.
   */
  readonly replay: (plan: ReplayPlan, onProgress: OnProgress) => Promise<SymbolHistory[]>;
  /** Reads its stored candles; null where it holds none. @throws ExpectedError as replay does. */
  readonly candles: ((plan: ReplayPlan, onProgress: OnProgress) => Promise<SymbolHistory[]>) | null;
  /** Lets go of files and sockets. */
  close(): Promise<void>;
}

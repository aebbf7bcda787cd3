import type { MlSignal } from '@neuraltrade/contracts';

/** The signals of one stream that are remembered, ascending by timestamp. */
type Remembered = (readonly [timestamp: number, signalType: MlSignal['signalType']])[];

/** What is remembered of a stream, as it is saved. */
export type SavedStream = readonly [stream: string, remembered: Remembered];

/** Signals of a stream that are remembered: half an hour of a model that judges every minute. */
const REMEMBERED = 32;
/** Most streams; beyond, the one that has had no signal for longest is forgotten. */
const MAX_STREAMS = 5_000;

/**
 * Which signals have come already. A stream is what one model says about one venue, symbol and timeframe; a signal of it is its
 * timestamp and what it says. Of each stream the newest signals are remembered, and one from before those counts as seen.
 */
export class SeenSignals {
  readonly #streams: Map<string, Remembered>;

  /** @param saved what another one has exported. */
  constructor(saved: readonly SavedStream[] = []) {
    this.#streams = new Map(saved.map(([stream, remembered]) => [stream, [...remembered]]));
  }

  /** Takes note of a signal. @returns whether it is new. */
  isNew(signal: MlSignal): boolean {
    const { timestamp, signalType } = signal;
    const remembered = this.#remembered(signal);
    if (remembered.some(([at, type]) => at === timestamp && type === signalType)) return false;
    const [oldest] = remembered;
    if (remembered.length === REMEMBERED && oldest !== undefined && timestamp <= oldest[0]) return false;
    const behind = remembered.findLastIndex(([at]) => at <= timestamp) + 1;
    remembered.splice(behind, 0, [timestamp, signalType]);
    if (remembered.length > REMEMBERED) remembered.shift();
    return true;
  }

  /** What the next run needs. */
  export(): SavedStream[] {
    return [...this.#streams];
  }

  #remembered({ exchange, symbol, timeframe, modelVersion }: MlSignal): Remembered {
    // The model version, which may hold any character, stands last.
    const stream = `${exchange}:${symbol}:${timeframe}:${modelVersion}`;
    const remembered = this.#streams.get(stream) ?? [];
    this.#streams.delete(stream);
    this.#streams.set(stream, remembered);
    const [quietest] = this.#streams.keys();
    if (this.#streams.size > MAX_STREAMS && quietest !== undefined) this.#streams.delete(quietest);
    return remembered;
  }
}

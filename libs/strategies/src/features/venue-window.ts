import type { ClosedCandle } from '../closed-candle';
import { FEATURES, type FeatureName, WARM_UP_CANDLES } from './feature-schema';
import { RollingMaximum } from '../windows/rolling-maximum';
import { RollingDeviation, RollingSum } from '../windows/rolling-sum';

const DAY_MS = 86_400_000;

/** What the features of one venue's candles are made of, but what other venues have to say: for candles without a hole. */
export class VenueWindow {
  readonly #lengthMs: number;
  readonly #logCloses = new Float64Array(WARM_UP_CANDLES);
  readonly #returns10 = new RollingDeviation(10);
  readonly #returns30 = new RollingDeviation(30);
  readonly #volumes = new RollingSum(30);
  readonly #notionals = new RollingSum(30);
  readonly #logVolumes = new RollingDeviation(30);
  readonly #spreads = new RollingSum(30);
  readonly #gains = new RollingSum(14);
  readonly #losses = new RollingSum(14);
  readonly #highs = new RollingMaximum(30);
  readonly #lows = new RollingMaximum(30);
  #count = 0;
  #close = Number.NaN;
  #logMiddle = Number.NaN;

  /** @param lengthMs the length of the candles. */
  constructor(lengthMs: number) {
    this.#lengthMs = lengthMs;
  }

  /** Takes the candle that follows the last one. */
  push({ high, low, close, volume, vwap }: ClosedCandle): void {
    const logClose = Math.log(close);
    const logMiddle = (Math.log(high) + Math.log(low)) / 2;
    if (this.#count > 0) {
      const before = this.#logClose(0);
      this.#returns10.push(logClose - before);
      this.#returns30.push(logClose - before);
      this.#spreads.push(Math.sqrt(Math.max(0, 4 * (before - this.#logMiddle) * (before - logMiddle))));
      this.#gains.push(Math.max(0, close - this.#close));
      this.#losses.push(Math.max(0, this.#close - close));
    }
    this.#volumes.push(volume);
    this.#notionals.push(vwap * volume);
    this.#logVolumes.push(Math.log(volume));
    this.#highs.push(high);
    this.#lows.push(-low);
    this.#close = close;
    this.#logMiddle = logMiddle;
    this.#logCloses[this.#count % WARM_UP_CANDLES] = logClose;
    this.#count += 1;
  }

  /** How many candles came since the last hole. */
  get length(): number {
    return this.#count;
  }

  /** Whether these are enough. */
  get ready(): boolean {
    return this.#count >= WARM_UP_CANDLES;
  }

  /**
   * The features that end with the candle that was pushed last; only when ready.
   * @param divergence what the other venues say.
   */
  values(candle: ClosedCandle, divergence: number): Float64Array {
    const { high, low, close, volume } = candle;
    const logClose = this.#logClose(0);
    const highest = this.#highs.value;
    const lowest = -this.#lows.value;
    const gains = this.#gains.sum;
    const moves = gains + this.#losses.sum;
    const volumeDeviation = this.#logVolumes.deviation;
    const dayAngle = (2 * Math.PI * ((candle.timestamp + this.#lengthMs) % DAY_MS)) / DAY_MS;
    const named: Readonly<Record<FeatureName, number>> = {
      logReturn1: logClose - this.#logClose(1),
      logReturn5: logClose - this.#logClose(5),
      logReturn15: logClose - this.#logClose(15),
      logReturn30: logClose - this.#logClose(30),
      volatility10: this.#returns10.deviation,
      volatility30: this.#returns30.deviation,
      vwapDistance30: Math.log((close * this.#volumes.sum) / this.#notionals.sum),
      volumeZScore30:
        volumeDeviation === 0 ? 0 : (Math.log(volume) - this.#logVolumes.mean) / volumeDeviation,
      spread30: this.#spreads.mean,
      divergence,
      rsi14: moves === 0 ? 0.5 : gains / moves,
      rangePosition30: highest === lowest ? 0.5 : (close - lowest) / (highest - lowest),
      closeLocation: high === low ? 0 : (2 * close - high - low) / (high - low),
      timeOfDaySin: Math.sin(dayAngle),
      timeOfDayCos: Math.cos(dayAngle),
    };
    return Float64Array.from(FEATURES, ({ name }) => named[name]);
  }

  /** ln of the close so many candles before the last one. */
  #logClose(ago: number): number {
    return this.#logCloses[(this.#count - 1 - ago) % WARM_UP_CANDLES] as number;
  }
}

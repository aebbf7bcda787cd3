import { DEFAULT_TIMEFRAMES, timeframeMs } from '@neuraltrade/contracts';

/** What a processing run is told; all of it is part of the rules, none of it may depend on the machine. */
export interface ProcessingConfig {
  /** Candle lengths to build ('1m'); each divides a UTC day. */
  timeframes: readonly string[];
  /** How far (ms) the watermark stays behind the newest trade or clock of a symbol; >= 0. */
  allowedLatenessMs: number;
  /** How long (ms of watermark) after its close a candle can still be revised; >= 0. */
  revisionHorizonMs: number;
  /** How far (ms) a trade's time may be ahead of the venue's clock at its arrival before it is refused; >= 0. */
  maxFutureSkewMs: number;
  /** Trade ids of a symbol that are remembered at least, whatever their age; >= 1. */
  dedupeWindowIds: number;
  /** Age (ms of the symbol's event time) up to which trade ids are remembered at least, however many; >= 0. */
  dedupeWindowMs: number;
  /** Most (exchange, symbol) pairs of a partition that state is kept of; records of further ones are refused; >= 1. */
  maxSymbols: number;
}

/** The values that apply where nothing else is configured. */
export const DEFAULT_PROCESSING: ProcessingConfig = {
  timeframes: DEFAULT_TIMEFRAMES,
  allowedLatenessMs: 2_000,
  revisionHorizonMs: 600_000,
  maxFutureSkewMs: 5_000,
  dedupeWindowIds: 100_000,
  dedupeWindowMs: 900_000,
  maxSymbols: 2_000,
};

/** A candle length by name and in ms. */
export interface Timeframe {
  /** The name as configured ('15m'). */
  readonly name: string;
  /** Its length, ms. */
  readonly lengthMs: number;
}

/**
 * The configured candle lengths, shortest first.
 * @throws RangeError with a sentence that names the setting when the configuration cannot be used.
 */
export function checkedTimeframes(config: ProcessingConfig): Timeframe[] {
  const whole: [name: keyof ProcessingConfig, least: number][] = [
    ['allowedLatenessMs', 0],
    ['revisionHorizonMs', 0],
    ['maxFutureSkewMs', 0],
    ['dedupeWindowIds', 1],
    ['dedupeWindowMs', 0],
    ['maxSymbols', 1],
  ];
  for (const [name, least] of whole) {
    const value = config[name] as number;
    if (!Number.isSafeInteger(value) || value < least)
      throw new RangeError(`${name} must be a whole number of at least ${least}, not ${value}.`);
  }
  if (config.timeframes.length === 0) throw new RangeError('At least one timeframe is needed.');
  if (new Set(config.timeframes).size < config.timeframes.length)
    throw new RangeError(`A timeframe is named twice in ${config.timeframes.join(',')}.`);
  return config.timeframes
    .map((name) => {
      const lengthMs = timeframeMs(name);
      if (lengthMs === null)
        throw new RangeError(`Timeframe ${name} is not a length that divides a day, such as 1m, 15m or 1h.`);
      return { name, lengthMs };
    })
    .sort((a, b) => a.lengthMs - b.lengthMs || (a.name < b.name ? -1 : 1));
}

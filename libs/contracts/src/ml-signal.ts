import { z } from 'zod';
import { exchangeField, instantField, symbolField, timeframeField, unitIntervalField } from './fields';

/** A model's judgement on one symbol after one candle. Published by the ML engine on market.signals. */
export interface MlSignal {
  /** The venue's name, lower case. */
  exchange: string;
  /** BASE/QUOTE. */
  symbol: string;
  /** Length of the candles that the features were made of. */
  timeframe: string;
  /** The most probable of the three classes. */
  signalType: 'buy' | 'hold' | 'sell';
  /** Class of `riskScore` by the documented rule. */
  riskLevel: 'low' | 'medium' | 'high' | 'critical';
  /** Probability of `signalType`, 0 to 1. */
  confidence: number;
  /** Probability of 'buy', 0 to 1; the three sum to 1. */
  probBuy: number;
  /** Probability of 'hold', 0 to 1. */
  probHold: number;
  /** Probability of 'sell', 0 to 1. */
  probSell: number;
  /** Risk by the documented rule, 0 (calm) to 1. */
  riskScore: number;
  /** Time that the model took, ms, by a monotonic clock. */
  inferenceTimeMs: number;
  /** Name and version of the model, 1 to 64 characters. */
  modelVersion: string;
  /** Close of the candle that the features end with, ms UTC. */
  timestamp: number;
}

/** The schema of {@link MlSignal}; the three probabilities sum to 1 within a millionth. */
export const mlSignalSchema = z
  .object({
    exchange: exchangeField,
    symbol: symbolField,
    timeframe: timeframeField,
    signalType: z.enum(['buy', 'hold', 'sell']),
    riskLevel: z.enum(['low', 'medium', 'high', 'critical']),
    confidence: unitIntervalField,
    probBuy: unitIntervalField,
    probHold: unitIntervalField,
    probSell: unitIntervalField,
    riskScore: unitIntervalField,
    inferenceTimeMs: z.number().nonnegative(),
    modelVersion: z.string().min(1).max(64),
    timestamp: instantField,
  })
  .refine(
    ({ probBuy, probHold, probSell }) => Math.abs(probBuy + probHold + probSell - 1) <= 1e-6,
    'probabilities sum to 1',
  ) satisfies z.ZodType<MlSignal>;

import { type MlSignal, timeframeMs } from '@neuraltrade/contracts';
import { featureIndex, type FeatureRow } from '../features';
import type { ModelProbabilities } from '../rules';
import { mostProbable } from './probabilities';
import { riskLevel, riskScore } from './risk';

const VOLATILITY = featureIndex('volatility30');

/** What of a model stands in its signals, beside its numbers. */
export interface SignallingModel {
  /** Name and version. */
  readonly modelVersion: string;
  /** Quantiles of volatility30 in its training, ascending: the measure of what is calm. */
  readonly volatilityQuantiles: readonly number[];
}

/** The signal that a model gives on a closed candle. @param inferenceTimeMs time that the model took. */
export function modelSignal(
  { candle, values }: FeatureRow,
  probabilities: ModelProbabilities,
  { modelVersion, volatilityQuantiles }: SignallingModel,
  inferenceTimeMs: number,
): MlSignal {
  const signalType = mostProbable(probabilities);
  const confidence = probabilities[signalType];
  const risk = riskScore(confidence, values[VOLATILITY] as number, volatilityQuantiles);
  return {
    exchange: candle.exchange,
    symbol: candle.symbol,
    timeframe: candle.timeframe,
    signalType,
    riskLevel: riskLevel(risk),
    confidence,
    probBuy: probabilities.buy,
    probHold: probabilities.hold,
    probSell: probabilities.sell,
    riskScore: risk,
    inferenceTimeMs,
    modelVersion,
    timestamp: candle.timestamp + (timeframeMs(candle.timeframe) as number),
  };
}

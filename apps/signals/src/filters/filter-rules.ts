import type { MlSignal } from '@neuraltrade/contracts';

/** Which signals are acted on. Times are event times, ms. */
export interface FilterRules {
  /** Model versions that are acted on; empty = all. The others are shadow: followed and judged, never delivered. */
  readonly models: readonly string[];
  /** What a signal may say. */
  readonly types: readonly MlSignal['signalType'][];
  /** Risk levels that are allowed. */
  readonly riskLevels: readonly MlSignal['riskLevel'][];
  /** Least confidence, 0 to 1, inclusive. */
  readonly minConfidence: number;
  /** How far the event time may be behind a signal's timestamp, ms, inclusive. */
  readonly maxAgeMs: number;
  /** Venues that must agree, the signal's own included; 1 = no other one. */
  readonly minVenues: number;
  /** How far apart the timestamps of agreeing signals may be, ms, inclusive. */
  readonly agreementMs: number;
  /** How long after an accepted signal the same symbol, model and type is refused, ms; 0 = not at all. */
  readonly cooldownMs: number;
}

/** Why a signal is not acted on: the first of these rules that it does not pass, in this order. */
export const REFUSALS = [
  'shadow-model',
  'signal-type',
  'risk-level',
  'low-confidence',
  'too-old',
  'few-venues',
  'cooldown',
] as const;

/** One of {@link REFUSALS}. */
export type Refusal = (typeof REFUSALS)[number];

/** What is decided about a signal. */
export type Decision = 'accepted' | Refusal;

/** What a signal by itself is refused for; null when it passes these rules. */
export function ownRefusal(signal: MlSignal, rules: FilterRules): Refusal | null {
  if (rules.models.length > 0 && !rules.models.includes(signal.modelVersion)) return 'shadow-model';
  if (!rules.types.includes(signal.signalType)) return 'signal-type';
  if (!rules.riskLevels.includes(signal.riskLevel)) return 'risk-level';
  return signal.confidence < rules.minConfidence ? 'low-confidence' : null;
}

import { timeframeMs } from '@neuraltrade/contracts';
import { MODEL_CLASSES, VOLATILITY_QUANTILES } from '@neuraltrade/strategies';
import { z } from 'zod';

const hash = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 as 64 lower-case hexadecimal digits');
const tensorName = z.string().min(1).max(256);

/** What model.json of a model folder holds. */
export const modelManifestSchema = z.strictObject({
  /** Version of this file's own form. */
  format: z.literal(1),
  /** Name and version, carried by every signal; unique among models that run side by side. */
  modelVersion: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, . _ or -'),
  /** SHA-256 of model.onnx. */
  onnxSha256: hash,
  /** SHA-256 of the feature schema that it was trained on. */
  featureSchemaSha256: hash,
  /** Length of the candles that it judges. */
  timeframe: z.string().refine((text) => timeframeMs(text) !== null, 'must be a length that divides a day'),
  /** How many candles ahead it was trained to look. */
  horizonCandles: z.number().int().min(1).max(10_000),
  /** The move (open of the next candle to close of the last one of the horizon) from which on a label was buy or sell, bps. */
  bandBps: z.number().nonnegative(),
  /** Name of the input: float32, [rows, features]. */
  input: tensorName,
  /** Name of the output: float32, [rows, 3], probabilities. */
  output: tensorName,
  /** What the columns of the output stand for. */
  classes: z
    .array(z.enum(MODEL_CLASSES))
    .length(MODEL_CLASSES.length)
    .refine((classes) => new Set(classes).size === classes.length, 'must name each class once'),
  /** Smallest value, each tenth and largest value of the feature volatility30 in training. */
  volatilityQuantiles: z
    .array(z.number().nonnegative())
    .length(VOLATILITY_QUANTILES)
    .refine(
      (values) => values.every((value, at) => at === 0 || value >= (values[at - 1] as number)),
      'must ascend',
    ),
  /** How it was trained: for people. */
  training: z.record(z.string(), z.unknown()),
  /** How it did on data that it had not seen: for people. */
  scores: z.record(z.string(), z.unknown()),
});

/** What a model says about itself. */
export type ModelManifest = z.output<typeof modelManifestSchema>;

import { decodeOnnx, type ModelFiles, type OnnxModel } from '@neuraltrade/inference';

/** How far numbers of two trainings on different machines may be apart: this part of the larger one and this much itself. */
const TOLERANCE = { relative: 1e-3, absolute: 1e-6 };

/** How a fresh training compares with the files that are kept. */
export type Comparison = 'identical' | 'within tolerance' | 'different';

/** Compares the files of a fresh training with kept ones. Other versions of Node may round elsewhere. */
export function compareFiles(fresh: ModelFiles, kept: ModelFiles): Comparison {
  if (Buffer.from(fresh.onnx).equals(Buffer.from(kept.onnx)) && fresh.manifest === kept.manifest)
    return 'identical';
  try {
    const near =
      isNear(constantsOf(fresh), constantsOf(kept)) &&
      isNear(comparable(fresh.manifest), comparable(kept.manifest));
    return near ? 'within tolerance' : 'different';
  } catch {
    // What is kept is no model at all.
    return 'different';
  }
}

function constantsOf({ onnx }: ModelFiles): OnnxModel {
  return decodeOnnx(onnx);
}

/** The hash of the other file differs with its last bit. */
function comparable(manifest: string): unknown {
  return { ...(JSON.parse(manifest) as object), onnxSha256: '' };
}

function isNear(one: unknown, other: unknown): boolean {
  if (typeof one === 'number' && typeof other === 'number')
    return (
      Math.abs(one - other) <=
      TOLERANCE.absolute + TOLERANCE.relative * Math.max(Math.abs(one), Math.abs(other))
    );
  if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null)
    return one === other;
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  return keys.every((key) =>
    isNear((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]),
  );
}

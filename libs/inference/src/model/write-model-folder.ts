import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeOnnx } from '../onnx/onnx-file';
import type { OnnxModel } from '../onnx/onnx-types';
import { featureSchemaHash, sha256 } from './feature-schema-hash';
import { MODEL_FILES } from './model-folder';
import type { ModelManifest } from './model-manifest';

/** What model.json says beside the hashes and its form, which are known when the folder is written. */
export type ModelDescription = Omit<ModelManifest, 'format' | 'onnxSha256' | 'featureSchemaSha256'>;

/** The two files of a model folder, as they are written. */
export interface ModelFiles {
  /** model.onnx. */
  readonly onnx: Uint8Array;
  /** model.json. */
  readonly manifest: string;
}

/** The files of a model for the features as they are computed here; equal for equal models. */
export function modelFiles(model: OnnxModel, description: ModelDescription): ModelFiles {
  const onnx = encodeOnnx(model);
  const { modelVersion, ...rest } = description;
  const manifest: ModelManifest = {
    format: 1,
    modelVersion,
    onnxSha256: sha256(onnx),
    featureSchemaSha256: featureSchemaHash(),
    ...rest,
  };
  return { onnx, manifest: `${JSON.stringify(manifest, null, 2)}\n` };
}

/** Writes a model folder, over an earlier one. */
export async function writeModelFolder(folder: string, { onnx, manifest }: ModelFiles): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, MODEL_FILES.onnx), onnx);
  await writeFile(join(folder, MODEL_FILES.manifest), manifest);
}

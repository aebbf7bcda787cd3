import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { onnxFault } from '../onnx/onnx-limits';
import { featureSchemaHash, sha256 } from './feature-schema-hash';
import { type ModelManifest, modelManifestSchema } from './model-manifest';
import { ModelRefusedError } from './model-refused-error';

/** The files of a model folder. */
export const MODEL_FILES = { onnx: 'model.onnx', manifest: 'model.json' } as const;

/** Largest files that are read, bytes. */
const LARGEST = { [MODEL_FILES.onnx]: 64 * 1_048_576, [MODEL_FILES.manifest]: 262_144 };

const MAX_NAMED_FAULTS = 3;

/** A model that was checked: exactly these bytes are run. */
export interface CheckedModel {
  /** Where it was read. */
  readonly folder: string;
  /** What it says about itself. */
  readonly manifest: ModelManifest;
  /** model.onnx. */
  readonly onnx: Uint8Array;
}

/**
 * Reads a model folder and checks it: sizes, form, both hashes, and what the ONNX file may hold.
 * @throws ModelRefusedError naming folder, fault and remedy.
 */
export async function readModelFolder(folder: string): Promise<CheckedModel> {
  const manifest = readManifest(folder, await readBounded(folder, MODEL_FILES.manifest));
  const onnx = await readBounded(folder, MODEL_FILES.onnx);
  const found = sha256(onnx);
  if (found !== manifest.onnxSha256) {
    throw refused(
      folder,
      `model.onnx has the SHA-256 ${found}, model.json names ${manifest.onnxSha256}. ` +
        'The two files do not belong together, or one was damaged: copy the folder again',
    );
  }
  const features = featureSchemaHash();
  if (features !== manifest.featureSchemaSha256) {
    throw refused(
      folder,
      `it was trained on other features (schema ${manifest.featureSchemaSha256}) than are computed here (${features}). ` +
        'Train it again on these',
    );
  }
  const fault = onnxFault(onnx);
  if (fault !== null) throw refused(folder, `${fault}. Export the model again`);
  return { folder, manifest, onnx };
}

function readManifest(folder: string, bytes: Uint8Array): ModelManifest {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    throw refused(folder, 'model.json is not JSON. docs/models.md tells what it holds');
  }
  const parsed = modelManifestSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues
    .slice(0, MAX_NAMED_FAULTS)
    .map(({ path, message }) => `${path.join('.')} ${message}`.trim());
  throw refused(folder, `model.json is not as docs/models.md tells: ${faults.join('; ')}`);
}

/** Opened once, so that what is measured is what is read. */
async function readBounded(folder: string, name: keyof typeof LARGEST): Promise<Uint8Array> {
  const file = await open(join(folder, name), 'r').catch((error: unknown) => {
    throw refused(
      folder,
      `${name} cannot be read (${codeOf(error)}). A model is a folder with model.onnx and model.json`,
    );
  });
  try {
    const { size } = await file.stat();
    if (size > LARGEST[name])
      throw refused(folder, `${name} has ${size} bytes, more than the ${LARGEST[name]} that are read`);
    const bytes = await file.readFile().catch((error: unknown) => {
      throw refused(folder, `${name} cannot be read (${codeOf(error)})`);
    });
    return new Uint8Array(bytes);
  } finally {
    await file.close();
  }
}

function refused(folder: string, fault: string): ModelRefusedError {
  return new ModelRefusedError(`The model in ${folder} is refused: ${fault}.`);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown';
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildSync } from 'esbuild';

const WORKSPACE = join(__dirname, '../../../..');

/** The bundle of the inference process for tests. */
export interface InferenceProgram {
  /** Its path. */
  readonly program: string;
  /** What it needs to find native packages from there. */
  readonly env: Readonly<Record<string, string>>;
  /** Removes it. */
  remove(): void;
}

/** Builds the inference process into a folder of its own. */
export function buildInferenceProgram(): InferenceProgram {
  const program = join(mkdtempSync(join(tmpdir(), 'inference-')), 'inference.cjs');
  buildSync({
    entryPoints: [join(__dirname, '../process/program.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    external: ['onnxruntime-node'],
    supported: { 'dynamic-import': false },
    tsconfig: join(WORKSPACE, 'tsconfig.base.json'),
    logLevel: 'error',
  });
  return {
    program,
    env: { NODE_PATH: join(WORKSPACE, 'node_modules') },
    remove: () => rmSync(dirname(program), { recursive: true, force: true }),
  };
}

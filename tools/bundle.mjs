// Bundles one app or tool into dist/<project>/main.cjs; builds the web page beside it when project.json names one.
import { build } from 'esbuild';
import { cpSync, existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const NATIVE_PACKAGES = ['@duckdb/node-api', 'pino-pretty'];

/** The bundle of a project (`apps/standalone`), as the absolute path of its main.cjs. */
export async function bundle(project) {
  const entry = join(root, project, 'src/main.ts');
  if (!existsSync(entry)) throw new Error(`There is no ${project}/src/main.ts to build.`);
  const outdir = join(root, 'dist', project);
  const { metadata } = JSON.parse(readFileSync(join(root, project, 'project.json'), 'utf8'));
  const outfile = join(outdir, 'main.cjs');
  await Promise.all([
    build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      sourcemap: true,
      external: NATIVE_PACKAGES,
      tsconfig: join(root, 'tsconfig.base.json'),
      logLevel: 'error',
    }),
    metadata?.page ? bundlePage(join(root, metadata.page), join(outdir, 'page')) : undefined,
  ]);
  return outfile;
}

async function bundlePage(pageRoot, outdir) {
  await build({
    entryPoints: [join(pageRoot, 'main.ts')],
    outdir,
    bundle: true,
    minify: true,
    platform: 'browser',
    target: 'es2022',
    format: 'esm',
    tsconfig: join(pageRoot, 'tsconfig.json'),
    logLevel: 'error',
  });
  for (const name of readdirSync(pageRoot).filter((file) => /\.(html|css|svg)$/.test(file))) {
    cpSync(join(pageRoot, name), join(outdir, name));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await bundle(process.argv[2]);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

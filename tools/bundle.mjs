// Bundles one app or tool into dist/<project>/main.cjs. What the metadata of its project.json names is laid beside it: a web page
// (`page`), programs that it starts as processes of their own (`programs`, name to entry file), and folders (`folders`).
import { build, stop } from 'esbuild';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Packages with native code, which cannot be bundled. */
const NATIVE = ['@duckdb/node-api', 'onnxruntime-node'];
/**
 * pino asks for pino-pretty only when it is told to; testcontainers holds optional native code and playwright-core a browser's
 * protocol: they serve tools only.
 */
const NOT_BUNDLED = [...NATIVE, 'pino-pretty', 'testcontainers', 'playwright-core'];

/**
 * Builds a project (`apps/standalone`) and resolves to the absolute path of its main.cjs.
 * @throws Error whose message is a sentence, followed by the compiler's messages with file and line.
 */
export async function bundle(project) {
  return (await bundleWithNative(project)).file;
}

/** The same, with the names of the packages that the bundle asks for at run time because they hold native code. */
export async function bundleWithNative(project) {
  const folder = join(root, project ?? '');
  if (!project || !existsSync(join(folder, 'src/main.ts'))) {
    throw new Error(
      `There is no ${join(project ?? '', 'src/main.ts')} to build. Name a project such as apps/standalone.`,
    );
  }
  const outdir = join(root, 'dist', project);
  const { metadata } = JSON.parse(readFileSync(join(folder, 'project.json'), 'utf8'));
  const [script, page] = await Promise.all([
    compile(project, {
      entryPoints: { main: join(folder, 'src/main.ts'), ...metadata?.programs },
      outdir,
      outExtension: { '.js': '.cjs' },
      absWorkingDir: root,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      // What is loaded later is CommonJS too, and found as require finds it.
      supported: { 'dynamic-import': false },
      sourcemap: true,
      external: NOT_BUNDLED,
      loader: { '.flux': 'text' },
      tsconfig: join(root, 'tsconfig.base.json'),
    }),
    metadata?.page ? compilePage(metadata.page, join(outdir, 'page')) : [],
  ]);
  const folders = Object.entries(metadata?.folders ?? {}).flatMap(([name, from]) =>
    readFolder(join(root, from), join(outdir, name)),
  );
  for (const { path, contents } of [...script.outputFiles, ...page, ...folders]) replaceFile(path, contents);
  return { file: join(outdir, 'main.cjs'), native: nativeOf(script.metafile) };
}

function readFolder(from, to) {
  return readdirSync(from).map((name) => ({
    path: join(to, name),
    contents: readFileSync(join(from, name)),
  }));
}

function nativeOf({ outputs }) {
  const imports = Object.values(outputs).flatMap((output) => output.imports);
  return NATIVE.filter((name) => imports.some(({ path, external }) => external && path === name));
}

/** Ends the compiler's own process; a later build starts it again. */
export const stopBuilding = stop;

/** Builds a page (`apps/dashboard/page`) into a directory: the absolute path `outdir`. */
export async function bundlePage(page, outdir) {
  for (const { path, contents } of await compilePage(page, outdir)) replaceFile(path, contents);
}

/** The scripts and the style sheet that index.html names are bundled, each into one file; everything else is copied. */
async function compilePage(page, outdir) {
  const folder = join(root, page);
  const html = readFileSync(join(folder, 'index.html'), 'utf8');
  const named = [...html.matchAll(/(?:src|href)="([\w-]+)\.(js|css)"/g)];
  const { outputFiles } = await compile(page, {
    entryPoints: named.map(([, name, kind]) => join(folder, `${name}.${kind === 'js' ? 'ts' : kind}`)),
    outdir,
    minify: true,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    tsconfig: join(folder, 'tsconfig.json'),
  });
  const files = readdirSync(folder).filter((name) => /\.(html|svg)$/.test(name));
  return [
    ...outputFiles,
    ...files.map((name) => ({ path: join(outdir, name), contents: readFileSync(join(folder, name)) })),
  ];
}

async function compile(what, options) {
  try {
    return await build({ ...options, bundle: true, write: false, metafile: true, logLevel: 'silent' });
  } catch (error) {
    throw new Error(`${what} could not be built. ${error.message}`);
  }
}

/** Another process may be starting from the same bundle right now: it sees the old file or the new one, never a half. */
function replaceFile(path, contents) {
  if (existsSync(path) && readFileSync(path).equals(contents)) return;
  mkdirSync(dirname(path), { recursive: true });
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}`);
  writeFileSync(draft, contents);
  renameSync(draft, path);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await bundle(process.argv[2]);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

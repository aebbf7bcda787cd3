// Bundles one app or tool into dist/<project>/main.cjs. What the metadata of its project.json names is laid beside it: a web page
// (`page`), programs that it starts as processes of their own (`programs`, name to entry file), and folders (`folders`).
import { build, stop } from 'esbuild';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isCurrent, rememberInputs } from './bundle-inputs.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Packages with native code, which cannot be bundled. */
const NATIVE = ['@duckdb/node-api', 'onnxruntime-node'];
/**
 * pino asks for pino-pretty only when it is told to; testcontainers holds optional native code and playwright-core a browser's
 * protocol: they serve tools only.
 */
const NOT_BUNDLED = [...NATIVE, 'pino-pretty', 'testcontainers', 'playwright-core'];

/** What decides on every bundle beside its own files. */
const SHARED_INPUTS = ['tools/bundle.mjs', 'tsconfig.base.json', 'package-lock.json'];

/**
 * Builds a project (`apps/standalone`), unless nothing of it has changed since, and resolves to the absolute path of its main.cjs.
 * @throws Error whose message is a sentence, followed by the compiler's messages with file and line.
 */
export async function bundle(project) {
  const file = join(root, 'dist', project ?? '', 'main.cjs');
  if (project && isCurrent(file, root)) return file;
  return (await bundleWithNative(project)).file;
}

/** Builds it in any case, and adds the names of the packages that the bundle asks for at run time because they hold native code. */
export async function bundleWithNative(project) {
  const folder = join(root, project ?? '');
  if (!project || !existsSync(join(folder, 'src/main.ts'))) {
    throw new Error(
      `There is no ${join(project ?? '', 'src/main.ts')} to build. Name a project such as apps/standalone.`,
    );
  }
  const startedAt = Date.now();
  const outdir = join(root, 'dist', project);
  const { metadata } = JSON.parse(readFileSync(join(folder, 'project.json'), 'utf8'));
  const [script, page] = await Promise.all([
    compile(project, {
      entryPoints: { main: join(folder, 'src/main.ts'), ...metadata?.programs },
      outdir,
      outExtension: { '.js': '.cjs' },
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
    metadata?.page ? compilePage(metadata.page, join(outdir, 'page')) : { files: [], inputs: [] },
  ]);
  const folders = Object.entries(metadata?.folders ?? {}).map(([name, from]) =>
    copyOf(from, readdirSync(join(root, from)), join(outdir, name)),
  );
  const parts = [{ files: script.outputFiles, inputs: inputsOf(script) }, page, ...folders];
  for (const { path, contents } of parts.flatMap(({ files }) => files)) replaceFile(path, contents);
  const inputs = [...SHARED_INPUTS, `${project}/project.json`, ...parts.flatMap(({ inputs }) => inputs)];
  const file = join(outdir, 'main.cjs');
  rememberInputs(file, root, inputs, startedAt);
  return { file, native: nativeOf(script.metafile) };
}

/** Files of a folder as they are; the folder itself is an input too, for what is added to it. */
function copyOf(folder, names, outdir) {
  return {
    files: names.map((name) => ({
      path: join(outdir, name),
      contents: readFileSync(join(root, folder, name)),
    })),
    inputs: [folder, ...names.map((name) => `${folder}/${name}`)],
  };
}

/** The compiler's names for what is no file, such as a module that is left out, begin with a bracket. */
function inputsOf({ metafile }) {
  return Object.keys(metafile.inputs).filter((name) => !name.startsWith('('));
}

function nativeOf({ outputs }) {
  const imports = Object.values(outputs).flatMap((output) => output.imports);
  return NATIVE.filter((name) => imports.some(({ path, external }) => external && path === name));
}

/** Ends the compiler's own process; a later build starts it again. */
export const stopBuilding = stop;

/** Builds a page (`apps/dashboard/page`) into a directory: the absolute path `outdir`. */
export async function bundlePage(page, outdir) {
  for (const { path, contents } of (await compilePage(page, outdir)).files) replaceFile(path, contents);
}

/** The scripts and the style sheet that index.html names are bundled, each into one file; everything else is copied. */
async function compilePage(page, outdir) {
  const folder = join(root, page);
  const html = readFileSync(join(folder, 'index.html'), 'utf8');
  const named = [...html.matchAll(/(?:src|href)="([\w-]+)\.(js|css)"/g)];
  const compiled = await compile(page, {
    entryPoints: named.map(([, name, kind]) => join(folder, `${name}.${kind === 'js' ? 'ts' : kind}`)),
    outdir,
    minify: true,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    tsconfig: join(folder, 'tsconfig.json'),
  });
  const names = readdirSync(folder).filter((name) => /\.(html|svg)$/.test(name));
  const copied = copyOf(page, names, outdir);
  return {
    files: [...compiled.outputFiles, ...copied.files],
    inputs: [...inputsOf(compiled), ...copied.inputs],
  };
}

async function compile(what, options) {
  try {
    return await build({
      ...options,
      absWorkingDir: root,
      bundle: true,
      write: false,
      metafile: true,
      logLevel: 'silent',
    });
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

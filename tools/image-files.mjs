// Lays out what the image of one app holds: `node tools/image-files.mjs apps/processor out` puts its bundle, its page where
// it has one, and the native packages that the bundle asks for into a directory that needs nothing else but Node.
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWithNative, stopBuilding } from './bundle.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Whether a file is for other machines: ONNX Runtime brings its library for all of them, 240 MB that nobody would load. */
function isForeign(path) {
  const [, platform, arch] = /\/napi-v\d+\/([^/]+)(?:\/([^/]+))?/.exec(path.replaceAll('\\', '/')) ?? [];
  return (platform ?? process.platform) !== process.platform || (arch ?? process.arch) !== process.arch;
}

/** Copies a package with everything that it depends on and that is installed for this machine. */
function copyPackage(name, modules, copied) {
  const source = join(root, 'node_modules', name);
  if (copied.has(name) || !existsSync(source)) return;
  copied.add(name);
  cpSync(source, join(modules, name), {
    recursive: true,
    dereference: true,
    filter: (path) => !isForeign(path),
  });
  const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
    readFileSync(join(source, 'package.json'), 'utf8'),
  );
  for (const needed of Object.keys({ ...dependencies, ...optionalDependencies })) {
    copyPackage(needed, modules, copied);
  }
}

try {
  const [project, out] = process.argv.slice(2);
  if (out === undefined) throw new Error('Name a project and a directory: apps/processor out.');
  const { file, native } = await bundleWithNative(project);
  const target = resolve(out);
  mkdirSync(target, { recursive: true });
  cpSync(dirname(file), target, { recursive: true });
  const copied = new Set();
  for (const name of native) copyPackage(name, join(target, 'node_modules'), copied);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
} finally {
  await stopBuilding();
}

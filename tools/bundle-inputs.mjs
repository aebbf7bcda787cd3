// Remembers what a bundle was made of: as long as nothing of that has changed it need not be made again.
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

/**
 * Writes down beside a bundle what it was made of.
 * @param bundle its file.
 * @param root what relative paths are relative to.
 * @param inputs files, and folders whose lists of files count.
 * @param startedAt when it was begun to be made, ms UTC: what was written later may not have been read for it.
 */
export function rememberInputs(bundle, root, inputs, startedAt) {
  const states = Object.fromEntries(inputs.map((path) => [path, stateOf(resolve(root, path))]));
  const wereThere = Object.values(states).every((state) => state !== null && state.modifiedAt < startedAt);
  // Whoever reads it meanwhile sees the old file or the new one.
  const draft = `${nameFor(bundle)}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(wereThere ? states : {}));
  renameSync(draft, nameFor(bundle));
}

/** Whether a bundle is there and what would be made now. */
export function isCurrent(bundle, root) {
  if (!existsSync(bundle) || !existsSync(nameFor(bundle))) return false;
  const states = Object.entries(JSON.parse(readFileSync(nameFor(bundle), 'utf8')));
  const isUnchanged = ([path, { modifiedAt, bytes }]) => {
    const now = stateOf(resolve(root, path));
    return now !== null && now.modifiedAt === modifiedAt && now.bytes === bytes;
  };
  return states.length > 0 && states.every(isUnchanged);
}

/** Outside the bundle's folder, which is deployed as it is. */
function nameFor(bundle) {
  return `${resolve(bundle, '..')}.inputs.json`;
}

function stateOf(path) {
  const state = statSync(path, { throwIfNoEntry: false });
  return state === undefined ? null : { modifiedAt: state.mtimeMs, bytes: state.size };
}

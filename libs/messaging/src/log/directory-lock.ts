import {
  linkSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { PermanentError } from '@neuraltrade/contracts';

const LOCK_FILE = 'owner.pid';

/** Directories owned by this process: its own pid in a lock file says nothing, since pids repeat across containers' starts. */
const ownedHere = new Set<string>();

/** A directory owned by this process. */
export interface DirectoryLock {
  /** Gives it up. */
  release(): void;
}

/**
 * Makes a directory and takes ownership of it by a file that holds this process's pid. The lock of a process that no longer
 * runs is taken over.
 * @param onRepair told in a sentence when a lock was taken over.
 * @throws PermanentError naming the pid when a live process owns it.
 */
export function lockDirectory(directory: string, onRepair: (sentence: string) => void): DirectoryLock {
  mkdirSync(directory, { recursive: true });
  const owned = realpathSync(directory);
  if (ownedHere.has(owned)) throw ownedBy(process.pid, owned);
  const path = join(owned, LOCK_FILE);
  const own = `${path}.${process.pid}`;
  // Linked into place, so that the lock appears with its content or not at all.
  writeFileSync(own, String(process.pid));
  try {
    while (!linked(own, path)) {
      const holder = readHolder(path);
      if (holder === null) continue;
      if (holder !== process.pid && isAlive(holder)) throw ownedBy(holder, owned);
      if (removeStale(path, holder))
        onRepair(`The lock of process ${holder}, which is gone, on ${owned} was taken over.`);
    }
  } finally {
    unlinkSync(own);
  }
  ownedHere.add(owned);
  return {
    release: () => {
      if (ownedHere.delete(owned)) rmSync(path, { force: true });
    },
  };
}

function ownedBy(pid: number, directory: string): PermanentError {
  return new PermanentError(
    'malformed',
    `${directory} is in use by the process with pid ${pid}: stop that process or choose another directory ` +
      `(if it is no process of ours, remove ${join(directory, LOCK_FILE)}).`,
  );
}

function linked(own: string, path: string): boolean {
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** The pid in a lock file; null when the file is gone. A file without a pid is nobody's. */
function readHolder(path: string): number | null {
  try {
    return Number.parseInt(readFileSync(path, 'utf8'), 10) || 0;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** Moved aside before it is removed: of two processes that judged the same lock stale, one gets it. */
function removeStale(path: string, holder: number): boolean {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
  const moved = readHolder(aside);
  if (moved !== holder) linked(aside, path);
  unlinkSync(aside);
  return moved === holder;
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

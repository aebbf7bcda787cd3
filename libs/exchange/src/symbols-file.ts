import { readFile, stat } from 'node:fs/promises';
import { RetryableError } from '@neuraltrade/contracts';
import { ConfigError } from '@neuraltrade/service';
import { SYMBOL_PATTERN } from './adapter-config';
import type { Log } from './log';
import type { Timers } from './timers';

/** Time between two looks at the file, ms. */
const LOOK_PERIOD_MS = 5_000;
/** After the venue could not be asked, the file is left alone for so long, ms. */
const RETRY_AFTER_MS = 30_000;
const MAX_BYTES = 1_000_000;
const SHOWN = 40;

/**
 * Reads a list of BASE/QUOTE symbols, parted by commas or line ends; spaces, empty items, repeats and what follows a # in
 * its line are left out.
 * @throws ConfigError with one sentence when the file cannot be read, names no symbol, or something else.
 */
export async function readSymbolsFile(path: string): Promise<readonly string[]> {
  let text: string;
  try {
    if ((await stat(path)).size > MAX_BYTES) throw new Error(`it has more than ${MAX_BYTES} bytes`);
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ConfigError([
      `The file ${path} (SYMBOLS_FILE) cannot be read: ${code ?? message}. It holds one BASE/QUOTE a line.`,
    ]);
  }
  const items = text
    .split('\n')
    .flatMap((line) => line.replace(/#.*/, '').split(','))
    .map((item) => item.trim())
    .filter((item) => item !== '');
  const bad = items.find((item) => !SYMBOL_PATTERN.test(item));
  if (bad !== undefined) {
    const shown = JSON.stringify(bad.slice(0, SHOWN));
    throw new ConfigError([
      `The file ${path} (SYMBOLS_FILE) names ${shown}, which is no BASE/QUOTE in upper case.`,
    ]);
  }
  if (items.length === 0) throw new ConfigError([`The file ${path} (SYMBOLS_FILE) names no symbol.`]);
  return [...new Set(items)];
}

/** What the watch over a symbols file needs. */
export interface SymbolsFileDeps {
  /** The file. */
  readonly path: string;
  /** The list that holds when the watch begins. */
  readonly symbols: readonly string[];
  /** Timers. */
  readonly timers: Timers;
  /** Where faults are reported, each once. */
  readonly log: Log;
  /** The venue's name. */
  readonly exchange: string;
  /** Goes over to a new list. @throws ConfigError when the venue cannot serve it, RetryableError when that cannot be told now. */
  readonly apply: (symbols: readonly string[]) => Promise<void>;
}

/** Looks at a symbols file every few seconds and goes over to what it says; a list that is no good changes nothing. */
export class SymbolsFile {
  readonly #deps: SymbolsFileDeps;
  #settled: string;
  #complaint = '';
  #restUntil = 0;
  #stopped = false;
  #cancel: () => void;

  /** Begins to watch. */
  constructor(deps: SymbolsFileDeps) {
    this.#deps = deps;
    this.#settled = deps.symbols.join();
    this.#cancel = deps.timers.schedule(LOOK_PERIOD_MS, () => void this.#look());
  }

  /** Watches no more. */
  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  async #look(): Promise<void> {
    const { timers } = this.#deps;
    if (timers.now() >= this.#restUntil) await this.#follow();
    if (!this.#stopped) this.#cancel = timers.schedule(LOOK_PERIOD_MS, () => void this.#look());
  }

  async #follow(): Promise<void> {
    const { path, apply, timers, log, exchange } = this.#deps;
    try {
      const symbols = await readSymbolsFile(path);
      const list = symbols.join();
      if (this.#stopped) return;
      if (list !== this.#settled) {
        // What the venue does not list now is not asked about again until the file changes.
        await apply(symbols).finally(() => (this.#settled = list));
        log.info({ exchange, symbols }, `The symbols are now those of ${path}.`);
      }
      this.#complaint = '';
    } catch (error) {
      if (!(error instanceof ConfigError || error instanceof RetryableError)) throw error;
      if (error instanceof RetryableError) {
        this.#settled = '';
        this.#restUntil = timers.now() + RETRY_AFTER_MS;
      }
      this.#complain(error.message.replace(/\.?$/, ''));
    }
  }

  #complain(fault: string): void {
    if (fault === this.#complaint) return;
    this.#complaint = fault;
    this.#deps.log.error({ exchange: this.#deps.exchange }, `${fault}; the symbols stay as they are.`);
  }
}

import { once } from 'node:events';
import { capText } from '@neuraltrade/service';

const PROGRESS_MS = 5_000;

/** Where the command says things. */
export interface Output {
  /** A part of the result; resolves when its reader can take more. */
  print(text: string): Promise<void>;
  /** A text for the person at the terminal. */
  say(text: string): void;
  /** How far it is: said at most every five seconds, and not at all when the work is short. */
  progress(sentence: string): void;
}

/**
 * Results on standard output, everything else on standard error.
 * @param onReaderGone told when nobody reads the results any more (head): the process must not leave at once, for what it
 *   holds is to go back in its order.
 */
export function standardOutput(now: () => number, onReaderGone: () => void): Output {
  let saidAt = now();
  let isGone = false;
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (!isGone && code !== 'EPIPE')
      process.stderr.write(`Standard output cannot be written (${code ?? 'unknown'}).\n`);
    isGone = true;
    onReaderGone();
  });
  return {
    print: async (text) => {
      if (!isGone && !process.stdout.write(text)) await once(process.stdout, 'drain').catch(() => undefined);
    },
    say: (text) => void process.stderr.write(text),
    progress: (sentence) => {
      if (now() - saidAt < PROGRESS_MS) return;
      saidAt = now();
      process.stderr.write(`${sentence}\n`);
    },
  };
}

/** Anybody's text may be in a message: it must not move the cursor of whoever reads it, nor turn their line around. */
export function plain(text: string, limit = 60): string {
  return capText(text, limit).replace(/[\p{Cc}\p{Cf}]/gu, '?');
}

/** The same for a text of several lines. */
export function plainLines(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]|\p{Cf}/gu, '?');
}

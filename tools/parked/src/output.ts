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

/** Results on standard output, everything else on standard error. */
export function standardOutput(now: () => number): Output {
  let saidAt = now();
  return {
    print: async (text) => {
      if (!process.stdout.write(text)) await once(process.stdout, 'drain');
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

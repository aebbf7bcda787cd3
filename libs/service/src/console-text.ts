import { writeSync } from 'node:fs';

/** Writes a text for a person, at once and whole: a process that is about to leave has no later. Never throws. */
export function say(fileDescriptor: 1 | 2, text: string): void {
  try {
    writeSync(fileDescriptor, text.endsWith('\n') ? text : `${text}\n`);
  } catch {
    // The reader is gone; there is nobody left to tell.
  }
}

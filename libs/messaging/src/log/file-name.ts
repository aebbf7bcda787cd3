import { PermanentError } from '@neuraltrade/contracts';

/** @throws PermanentError when a log's or queue's name cannot be a directory's. */
export function assertFileName(kind: 'Log' | 'Queue', name: string): void {
  if (/^\w[\w.-]*$/.test(name)) return;
  throw new PermanentError(
    'malformed',
    `${kind} name "${name}" is not usable: letters, digits, _, - and dots, not beginning with a dot.`,
  );
}

import { PermanentError } from '@neuraltrade/contracts';

/** The broker's code of a refusal, such as 404; undefined when it is none of the broker's. */
export function brokerCode(error: unknown): number | undefined {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'number' ? code : undefined;
}

/** The text of whatever was thrown. */
export function faultText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const SENTENCES: readonly [RegExp, (match: RegExpExecArray, virtualHost: string) => string][] = [
  [/ACCESS_REFUSED - Login/i, () => 'it refuses the user or the password'],
  [
    // All that the client tells of a refusal at this stage.
    /Expected ConnectionOpenOk; got <ConnectionClose/,
    (_, name) =>
      `it does not open the virtual host ${name}: there is none of that name, or the user may not use it`,
  ],
  [/ECONNREFUSED/, () => 'nothing listens there'],
  [/ENOTFOUND|EAI_AGAIN/, () => 'its name cannot be resolved'],
  [/ETIMEDOUT|aborted/i, () => 'it did not answer in time'],
  [/Heartbeat timeout/, () => 'it was silent for too long'],
  [/ECONNRESET|EPIPE|Unexpected close|closed abruptly/, () => 'the connection was cut'],
  [/CONNECTION_FORCED - (.*?)"?$/, ([, why]) => `it ended the connection: ${why ?? ''}`],
];

/** Why a node cannot be used, part of a sentence that has named it. */
export function connectionFault(error: unknown, virtualHost: string): string {
  const text = faultText(error);
  for (const [pattern, sentence] of SENTENCES) {
    const match = pattern.exec(text);
    if (match !== null) return sentence(match, virtualHost);
  }
  return text;
}

/** Whether a queue exists, but on a node that is not there now. */
export function isNodeDown(error: unknown): boolean {
  return brokerCode(error) === 404 && /is down|not running/.test(faultText(error));
}

const DIFFERENCE =
  /inequivalent arg '([^']+)' for (queue|exchange) '([^']+)'.*?: received (none|the value '[^']*'|'[^']*').* but current is (none|the value '[^']*'|'[^']*')/;

/**
 * What the broker refused of the topology, as an error that says what to do about it.
 * @returns null when it refused nothing for good: the same may be tried again.
 */
export function topologyRefusal(error: unknown): PermanentError | null {
  const code = brokerCode(error);
  const text = faultText(error);
  const difference = DIFFERENCE.exec(text);
  if (difference !== null) {
    const [, argument = '', kind = '', name = '', wanted = '', current = ''] = difference;
    const what = kind === 'queue' ? 'Queue' : 'The amqp exchange';
    return new PermanentError(
      'malformed',
      `${what} ${name} exists with other settings: ${argument} is ${plain(current)}, asked for was ${plain(wanted)}. ` +
        `Use the same settings everywhere, or remove the ${kind} first.`,
    );
  }
  if (code === 406) return new PermanentError('malformed', `The broker refuses the topology: ${text}.`);
  if (code === 403) {
    return new PermanentError(
      'malformed',
      `The broker does not allow this to its user: ${text}. Give the user its permissions.`,
    );
  }
  if (code === 405) {
    return new PermanentError(
      'malformed',
      `The broker keeps this for another connection: ${text}. End the other process, or use another name.`,
    );
  }
  return null;
}

function plain(value: string): string {
  return value === 'none' ? 'absent' : value.replace(/^the value /, '').replace(/^'|'$/g, '');
}

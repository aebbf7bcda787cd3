import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { resolve } from 'node:path';
import { PermanentError, RetryableError } from '@neuraltrade/contracts';
import type { ParkedMessages } from '@neuraltrade/messaging';
import { ExpectedError } from '@neuraltrade/service';
import { type ParkedRequest, readArguments } from './arguments';
import { Audit } from './audit';
import { change, type Changed } from './change';
import { HELP } from './help';
import { list } from './list';
import { openParked } from './open-parked';
import { type Output, standardOutput } from './output';
import { show } from './show';

async function main(): Promise<number> {
  const { env } = process;
  const absolute = (path: string): string => resolve(env['INIT_CWD'] ?? '.', path);
  const request = readArguments(process.argv.slice(2), absolute);
  if (request.help) {
    process.stdout.write(HELP);
    return 0;
  }
  // Whoever leaves at once gives back what it holds in disorder.
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());
  const output = standardOutput(Date.now, () => stopping.abort());
  const dataDir = absolute(env['DATA_DIR'] || 'data');
  const parked = await openParked(request, env, dataDir, (sentence) => output.say(`${sentence}\n`));
  try {
    return await run(request, parked, output, request.dataDirectory ?? dataDir, stopping.signal);
  } finally {
    await parked.close();
  }
}

async function run(
  request: ParkedRequest,
  parked: ParkedMessages,
  output: Output,
  auditDirectory: string,
  stopping: AbortSignal,
): Promise<number> {
  switch (request.verb) {
    case 'list':
      await list(request, parked, output, stopping);
      return 0;
    case 'show':
      await show(request, parked, output);
      return 0;
    case 'replay':
    case 'drop':
      if (!request.dryRun) return audited(request, request.verb, parked, output, auditDirectory, stopping);
      await list(request, parked, output, stopping);
      output.say('Nothing was changed.\n');
      return 0;
  }
}

async function audited(
  request: ParkedRequest,
  command: 'replay' | 'drop',
  parked: ParkedMessages,
  output: Output,
  auditDirectory: string,
  stopping: AbortSignal,
): Promise<number> {
  const user = userName();
  const head = {
    run: randomUUID(),
    operator: request.operator ?? user,
    user,
    host: hostname(),
    command,
    place: parked.place,
  };
  const audit = Audit.open(auditDirectory, head, (entry) => parked.record(entry), Date.now);
  try {
    const { filter, limit } = request;
    const asked = { ...filter, ...(limit === Infinity ? {} : { limit }) };
    await audit.add({ event: 'begun', filter: asked, parked: parked.count });
    const changed = await change(request, parked, audit, output, stopping);
    const outcome = outcomeOf(changed, command, parked.count);
    await audit.add({ event: 'ended', done: changed.done, kept: changed.kept, outcome });
    await output.print(`${outcome}\n`);
    const isWhole = changed.kept === 0 && changed.missing.length === 0 && changed.halted === '';
    return isWhole ? 0 : 1;
  } finally {
    audit.close();
  }
}

function outcomeOf(
  { done, whys, missing, halted }: Changed,
  command: 'replay' | 'drop',
  count: number,
): string {
  const what = command === 'replay' ? 'sent back' : 'removed';
  const sentences = [`${done} of ${count} parked messages ${done === 1 ? 'was' : 'were'} ${what}.`];
  for (const [why, number] of whys) sentences.push(`Parked still, ${number}: ${why}.`);
  if (missing.length > 0) sentences.push(`No message has the id ${missing.join(', ')}.`);
  if (halted !== '')
    sentences.push(`It ended early, for ${halted}; what is left is parked still: run it again.`);
  return sentences.join(' ');
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container's user may have no name.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

main().then(
  (code) => void (process.exitCode = code),
  (error: unknown) => {
    const isExpected = error instanceof ExpectedError;
    const isPlain = isExpected || error instanceof RetryableError || error instanceof PermanentError;
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${isPlain ? '' : 'The command stopped: '}${message}\n`);
    process.exitCode = isExpected ? error.exitCode : 1;
  },
);

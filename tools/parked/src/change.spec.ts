import { PermanentError, RetryableError } from '@neuraltrade/contracts';
import {
  type ParkedMessage,
  type ParkedMessages,
  type PublishOutcome,
  readParked,
} from '@neuraltrade/messaging';
import { type ParkedRequest, readArguments } from './arguments';
import type { AuditEvent } from './audit';
import { change } from './change';

const request = (...args: string[]): ParkedRequest => readArguments(args, (path) => path) as ParkedRequest;
const quiet = { print: () => Promise.resolve(), say: () => undefined, progress: () => undefined };

function message(index: number): ParkedMessage {
  return readParked(
    {
      amqpExchange: 'market.dlx',
      routingKey: 'malformed',
      contentType: 'application/json',
      messageId: `m-${index}`,
      headers: { schema: 'ticks', 'x-park-reason': 'malformed', 'x-source-queue': 'influx-sink.ticks' },
      body: Buffer.from('[]'),
    },
    null,
  );
}

/** Parked messages whose every step is written down in the order in which it happens. */
function rig(count: number, outcomes: Readonly<Record<string, PublishOutcome | Error>> = {}) {
  const steps: string[] = [];
  const parked: ParkedMessages = {
    place: 'here',
    count,
    async *messages() {
      for (let index = 0; index < count; index += 1) yield await Promise.resolve(message(index));
    },
    replay: async ({ messageId }) => {
      steps.push(`send ${messageId}`);
      await new Promise((resolve) => setImmediate(resolve));
      const outcome = outcomes[messageId] ?? 'confirmed';
      if (outcome instanceof Error) throw outcome;
      steps.push(`${outcome} ${messageId}`);
      return outcome;
    },
    take: ({ messageId }) => void steps.push(`take ${messageId}`),
    record: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  const audit = { add: ({ event }: AuditEvent) => Promise.resolve(void steps.push(event)) };
  const stopping = new AbortController();
  return {
    steps,
    parked,
    stopping,
    run: (...args: string[]) => change(request(...args), parked, audit, quiet, stopping.signal),
  };
}

describe('sending parked messages back', () => {
  it('records what it is about to do, sends, waits for the confirms, and only then takes them off', async () => {
    const { steps, run } = rig(2);
    expect(await run('replay', '--all', '--yes')).toMatchObject({ done: 2, kept: 0, halted: '' });
    expect(steps).toEqual([
      'intended',
      ...['send m-0', 'send m-1', 'confirmed m-0', 'confirmed m-1', 'take m-0', 'take m-1'],
      'done',
    ]);
  });

  it.each(['nacked', 'unknown'] as const)(
    'takes none off that was %s, and sends no further ones',
    async (outcome) => {
      const { steps, run } = rig(250, { 'm-1': outcome });
      expect(await run('replay', '--all', '--yes')).toMatchObject({
        done: 99,
        kept: 1,
        halted: expect.stringMatching(/./) as string,
      });
      expect(steps).toContain('take m-0');
      expect(steps).not.toContain('take m-1');
      expect(steps).not.toContain('send m-100');
    },
  );

  it.each([
    ['whose queue is gone', 'returned' as const],
    ['that can never be sent', new PermanentError('malformed', 'It is too large.')],
  ])('leaves a message where it is %s, and goes on with the others', async (_, outcome) => {
    const { steps, run } = rig(250, { 'm-1': outcome });
    expect(await run('replay', '--all', '--yes', '--rate', '100000')).toMatchObject({
      done: 249,
      kept: 1,
      halted: '',
    });
    expect(steps).not.toContain('take m-1');
  });

  it('sends nothing that could not be recorded before', async () => {
    const { steps, parked } = rig(3);
    const add = () => Promise.reject(new RetryableError('The trail cannot be written.'));
    const { signal } = new AbortController();
    await expect(change(request('replay', '--all', '--yes'), parked, { add }, quiet, signal)).rejects.toThrow(
      'The trail cannot be written.',
    );
    expect(steps).toEqual([]);
  });

  it('ends after the step under way when it is interrupted', async () => {
    const { steps, stopping, run } = rig(250);
    stopping.abort();
    expect(await run('replay', '--all', '--yes')).toMatchObject({ done: 100, halted: 'it was interrupted' });
    expect(steps.at(-1)).toBe('done');
  });

  it('tells the ids that no message has', async () => {
    const { run } = rig(2);
    expect(await run('drop', '0123456789ab', '--yes')).toMatchObject({ done: 0, missing: ['0123456789ab'] });
  });
});

describe('dropping parked messages', () => {
  it('sends nothing, and takes the oldest of those that are meant', async () => {
    const { steps, run } = rig(5);
    expect(await run('drop', '--kind', 'ticks', '--limit', '2', '--yes')).toMatchObject({ done: 2 });
    expect(steps).toEqual(['intended', 'take m-0', 'take m-1', 'done']);
  });
});

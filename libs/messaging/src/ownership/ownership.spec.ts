import { RetryableError } from '@neuraltrade/contracts';
import { createInProcessBus } from '../in-process/in-process-bus';
import type { LogQueue } from '../log-queue';
import type { MessageBus } from '../message-bus';
import { Ownership } from './ownership';

const LOG = 'processor.checkpoint.3';

describe('Ownership', () => {
  let bus: MessageBus;
  let log: LogQueue;
  const owners: Ownership[] = [];
  const take = async (now = 5_000): Promise<Ownership> => {
    const owner = await Ownership.take(log, { name: LOG, now, remedy: '' });
    owners.push(owner);
    return owner;
  };

  beforeEach(async () => {
    bus = createInProcessBus({ dataDir: null });
    log = await bus.openLog(LOG);
  });

  afterEach(async () => {
    await Promise.all(owners.splice(0).map((owner) => owner.close()));
    await bus.close();
  });

  it('hands the saved state to the next owner under a larger epoch', async () => {
    const first = await take();
    await first.save('one');
    await first.save('two');
    const second = await take(9_000);
    expect(second.recovered.state).toBe('two');
    expect(second.candleEpoch).toBeGreaterThan(first.candleEpoch);
    expect(first.candleEpoch).toBe(5_000 + first.epoch);
    expect(second.candleEpoch).toBe(9_000);
  });

  it('refuses to save once another owner has put its fence into the log, so that nothing is acked by it', async () => {
    const first = await take();
    await first.save('one');
    const second = await take();
    await expect(first.save('stale')).rejects.toBeInstanceOf(RetryableError);
    expect(first.lost).toBe(true);
    await first.replaced;
    await second.save('two');
    expect((await take()).recovered.state).toBe('two');
  });

  it('does not count a checkpoint that lands behind a fence which came while it was on its way', async () => {
    const first = await take();
    const saving = first.save('raced');
    const fence = log.append({
      headers: { type: 'fence', nonce: 'other', epochBase: 1 },
      body: Buffer.alloc(0),
    });
    const saved = await saving.then(
      () => true,
      () => false,
    );
    await fence;
    // Whichever came first in the log: the next owner recovers the state exactly when its writer was told that it is saved.
    expect((await take()).recovered.state).toBe(saved ? 'raced' : null);
  });
});

import type { StoredLogRecord } from '../log-queue';
import { CheckpointScan } from './checkpoint-scan';

const fence = (offset: number, epochBase = 1_000): StoredLogRecord => ({
  offset,
  headers: { type: 'fence', nonce: `n${offset}`, epochBase },
  body: Buffer.alloc(0),
});

const checkpoint = (offset: number, epoch: number, state: string, epochBase = 1_000): StoredLogRecord => ({
  offset,
  headers: { type: 'checkpoint', epoch, sequence: offset, epochBase },
  body: Buffer.from(state),
});

function recover(...records: StoredLogRecord[]) {
  const scan = new CheckpointScan();
  for (const record of records) scan.see(record);
  return scan.recover('processor.checkpoint.0', 'Delete it.');
}

describe('CheckpointScan', () => {
  it('starts fresh from a log that never held a checkpoint', () => {
    expect(recover(fence(0))).toEqual({ state: null, sequence: 0, epochBase: 1_000 });
  });

  it('recovers the last checkpoint of the owner in front of the new fence', () => {
    const recovered = recover(fence(0), checkpoint(1, 0, 'a'), checkpoint(2, 0, 'b'), fence(3, 900));
    expect(recovered).toEqual({ state: 'b', sequence: 2, epochBase: 1_000 });
  });

  it('skips a checkpoint that a replaced owner wrote behind the fence of its successor', () => {
    const recovered = recover(fence(0), checkpoint(1, 0, 'a'), fence(2), checkpoint(3, 0, 'stale'), fence(4));
    expect(recovered.state).toBe('a');
  });

  it('prefers the successor over a replaced owner that goes on writing', () => {
    const recovered = recover(
      fence(0),
      checkpoint(1, 0, 'a'),
      fence(2),
      checkpoint(3, 2, 'successor'),
      checkpoint(4, 0, 'stale'),
      fence(5),
    );
    expect(recovered.state).toBe('successor');
  });

  it('knows a stale checkpoint although retention cut the newer fence away, because a newer checkpoint stands in front', () => {
    const recovered = recover(checkpoint(40, 30, 'newer'), checkpoint(41, 20, 'stale'), fence(42));
    expect(recovered.state).toBe('newer');
  });

  it('carries the epoch base of the first fence on through checkpoints', () => {
    expect(recover(checkpoint(40, 30, 'x', 777), fence(41, 700)).epochBase).toBe(777);
  });

  it('makes each epoch at least the time of its fence, so that none of a lost end of the log is given again', () => {
    expect(recover(checkpoint(40, 30, 'x', 777), fence(41, 9_999)).epochBase).toBe(9_999 - 41);
  });

  it('never lowers the base for a fence whose clock is behind', () => {
    expect(recover(fence(0, 5_000), fence(1, 100)).epochBase).toBe(5_000);
  });

  it('refuses to start from nothing when the log was cut', () => {
    expect(() => recover(fence(12))).toThrow(
      'was cut and holds no valid checkpoint, so the state is lost. Delete it.',
    );
  });
});

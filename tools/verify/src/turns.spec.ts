import { Turns } from './turns';

describe('turns', () => {
  it('let what concerns one thing happen in the order asked for, and the rest at once', async () => {
    const turns = new Turns();
    const seen: string[] = [];
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const first = turns.take(['broker'], async () => {
      await held;
      seen.push('first');
    });
    const second = turns.take(['broker', 'links'], async () => void seen.push('second'));
    const third = turns.take(['links'], async () => void seen.push('third'));
    await turns.take(['sink'], async () => void seen.push('other'));
    expect(seen).toEqual(['other']);
    release();
    await Promise.all([first, second, third]);
    expect(seen).toEqual(['other', 'first', 'second', 'third']);
  });

  it('come also after an action that failed', async () => {
    const turns = new Turns();
    const failed = turns.take(['sink'], () => Promise.reject(new Error('it is broken')));
    const next = turns.take(['sink'], async () => 'done');
    await expect(failed).rejects.toThrow('it is broken');
    expect(await next).toBe('done');
  });
});

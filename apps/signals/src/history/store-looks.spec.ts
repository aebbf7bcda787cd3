import type { Session } from '../session/session';
import { NOON } from '../testing/records';
import { until } from '../testing/signals-rig';
import { StoreLooks } from './store-looks';

describe('the looks into the store', () => {
  let answer: () => Promise<never[]>;
  let logged: string[];
  let looks: StoreLooks;

  /** Those of a replica that stands by and looks for nothing, unless there is a session. */
  function begin(
    first: () => Promise<never[]>,
    session: Session | null = null,
    depth = (): number => 0,
  ): StoreLooks {
    answer = first;
    logged = [];
    const log = (_: unknown, text?: string): void => void logged.push(text ?? String(_));
    return new StoreLooks({
      store: { signals: () => answer(), candles: () => Promise.resolve([]) },
      bus: { depth: () => Promise.resolve({ ready: depth(), unacked: 0 }) },
      session: () => session,
      repairIntervalMs: 86_400_000,
      enoughFollowed: 100,
      now: () => NOON,
      log: { info: log, warn: log },
    });
  }

  afterEach(() => looks.stop());

  test('tell that the store does not answer, and when it does again, though there is nothing to look for', async () => {
    looks = begin(() => Promise.reject(new Error('away')));
    expect(looks.health()).toEqual({ ok: false, reason: 'The store has not answered yet.' });
    await until(() => expect(looks.health()).toEqual({ ok: false, reason: 'away' }));
    answer = () => Promise.resolve([]);
    await until(() => expect(looks.health()).toEqual({ ok: true, reason: '' }));
    expect(logged).toEqual(['signals cannot be looked for in the store now', 'the store answers']);
  });

  test('come again within seconds while signals wait for the store, and then when it is time', async () => {
    const depths = [3, 0, 0];
    const session = {
      book: { outcomes: { overdue: () => [], count: 0 } },
      lookedUpTo: NOON - 7_200_000,
      repair: () => undefined,
      changed: () => undefined,
    } as unknown as Session;
    looks = begin(
      () => Promise.resolve([]),
      session,
      () => depths.shift() ?? 0,
    );
    await until(() => expect(depths).toEqual([0]));
    await until(() => expect(session.lookedUpTo).toBe(NOON - 1_800_000));
    // The next one is a day away.
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(depths).toEqual([0]);
  });

  test('take a store that is closed while they end for no fault', async () => {
    let close: (fault: Error) => void = () => undefined;
    looks = begin(() => new Promise((_, reject) => (close = reject)));
    const stopped = looks.stop();
    close(new Error('closed'));
    await stopped;
    expect(logged).toEqual([]);
  });
});

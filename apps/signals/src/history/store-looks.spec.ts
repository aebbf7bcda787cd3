import { NOON } from '../testing/records';
import { until } from '../testing/signals-rig';
import { StoreLooks } from './store-looks';

describe('the looks into the store', () => {
  let answer: () => Promise<never[]>;
  let logged: string[];
  let looks: StoreLooks;

  /** Those of a replica that stands by: it looks for nothing. */
  function begin(first: () => Promise<never[]>): StoreLooks {
    answer = first;
    logged = [];
    const log = (_: unknown, text?: string): void => void logged.push(text ?? String(_));
    return new StoreLooks({
      store: { signals: () => answer(), candles: () => Promise.resolve([]) },
      bus: { depth: () => Promise.resolve({ ready: 0, unacked: 0 }) },
      session: () => null,
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

  test('take a store that is closed while they end for no fault', async () => {
    let close: (fault: Error) => void = () => undefined;
    looks = begin(() => new Promise((_, reject) => (close = reject)));
    const stopped = looks.stop();
    close(new Error('closed'));
    await stopped;
    expect(logged).toEqual([]);
  });
});

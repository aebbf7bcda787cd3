import { venues } from '@neuraltrade/venues';
import { adapterHarness } from './testing/adapter-harness';
import type { ScriptedConnection } from './testing/scripted-transport';
import { TEST_START } from './testing/venue-frames';
import { VenueBudgets } from './venue-budgets';
import { virtualTimers } from './virtual-timers';

const SOCKETS = 50;
/** How long the venue stays away: several windows of the slowest budget. */
const OUTAGE_MS = 1_200_000;

/** A seeded generator of numbers in [0, 1), mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Most instants that any window holds; a window is open at its end. */
function mostInWindow(instants: readonly number[], windowMs: number): number {
  let first = 0;
  let most = 0;
  instants.forEach((instant, last) => {
    while ((instants[first] as number) + windowMs <= instant) first += 1;
    most = Math.max(most, last - first + 1);
  });
  return most;
}

describe(`${SOCKETS} connections that end at once`, () => {
  const symbols = Array.from({ length: SOCKETS }, (_, index) => `C${index}/USDT`);

  /** Two adapters of a venue in one process, each with half of the connections. */
  const twoAdapters = (venue: string) => {
    const shared = {
      venue,
      timers: virtualTimers(TEST_START),
      budgets: new VenueBudgets(),
      random: seeded(1),
    };
    const config = { symbolsPerConnection: 1, pingIntervalMs: null, silenceLimitMs: null };
    const halves = [symbols.slice(0, SOCKETS / 2), symbols.slice(SOCKETS / 2)].map((half) =>
      adapterHarness({ ...shared, symbols: half, config }),
    );
    const lists = halves.map(({ transport }) => transport.connections);
    const dialled = (): ScriptedConnection[] =>
      lists.flat().sort((one, other) => one.dialledAt - other.dialledAt);
    const answered = lists.map(() => 0);
    /** Passes time, answering what is dialled within 50 ms. */
    const pass = (ms: number, answer: (socket: ScriptedConnection) => void): void => {
      for (let passed = 0; passed < ms; passed += 50) {
        shared.timers.advanceTo(shared.timers.now() + 50);
        lists.forEach((sockets, half) => {
          for (let at = answered[half] as number; at < sockets.length; at += 1)
            answer(sockets[at] as ScriptedConnection);
          answered[half] = sockets.length;
        });
      }
    };
    return { halves, dialled, pass, now: shared.timers.now };
  };

  it.each(venues)('are dialled anew within the budget of $name, not in step, and all of them', (venue) => {
    const { count, windowMs } = venue.limits.connects;
    const { halves, dialled, pass, now } = twoAdapters(venue.name);
    const open = (socket: ScriptedConnection): void => void socket.opens();
    const connected = (): number[] => halves.map(({ adapter }) => adapter.figures().connections);
    pass(windowMs * Math.ceil(SOCKETS / count), open);
    expect(connected()).toEqual([SOCKETS / 2, SOCKETS / 2]);

    const [cutAt, before] = [now(), dialled().length];
    for (const socket of dialled()) socket.cuts();
    pass(1_000, () => undefined);
    const firsts = dialled()
      .slice(before)
      .map(({ dialledAt }) => dialledAt - cutAt);
    for (const socket of dialled().slice(before)) socket.cuts('connect ECONNREFUSED');
    pass(OUTAGE_MS, (socket) => socket.cuts('connect ECONNREFUSED'));
    const [endedAt, during] = [now(), dialled().length - before];
    pass(Math.max(60_000, windowMs), open);
    expect(connected()).toEqual([SOCKETS / 2, SOCKETS / 2]);

    const instants = dialled().map(({ dialledAt }) => dialledAt);
    const most = mostInWindow(instants, windowMs);
    expect(most).toBeLessThanOrEqual(count);
    if (count < SOCKETS) {
      // Here the budget is what holds them back: it is used up.
      expect(most).toBe(count);
    } else {
      const quarters = [0, 250, 500, 750].map((from) => firsts.filter((at) => at >= from && at < from + 250));
      expect(Math.min(...quarters.map(({ length }) => length))).toBeGreaterThanOrEqual(SOCKETS / 10);
    }
    if (process.env['STORM_FIGURES'] !== undefined)
      process.stdout.write(
        `${venue.name}: at most ${most} of ${count} connects in any ${windowMs / 1_000} s; ${during} attempts ` +
          `in ${OUTAGE_MS / 60_000} min without the venue, all ${SOCKETS} connected ` +
          `${((instants.at(-1) as number) - endedAt) / 1_000} s after it came back\n`,
      );
    for (const { adapter } of halves) adapter.disconnect();
  });
});

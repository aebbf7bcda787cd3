import { SeededRandom } from '../market/random';
import { numberOf } from './fault-command';
import type { CompleteCommand } from './fault-command';
import { FAULT_NAMES } from './fault-kinds';
import type { FaultKind } from './fault-kinds';
import { overlaps, placesOf, PlaceChooser } from './fault-targets';
import type { FaultPlace, FaultTarget } from './fault-targets';

/** What a schedule is made of. */
export interface FaultScheduleOptions {
  /** Any integer: equal options give equal schedules. */
  readonly seed: number;
  /** The faults that take turns, at least one. */
  readonly kinds: readonly FaultKind[];
  /** Time between two faults, ms, > 0. */
  readonly everyMs: number;
  /** Where they can be carried out. */
  readonly targets: readonly FaultTarget[];
  /** Whether a fault may befall a stream on which another one is still going on; default false. */
  readonly overlap?: boolean;
}

/** One fault of a schedule. */
export interface ScheduledFault {
  /** When it is due, ms after the start of the schedule. */
  readonly dueMs: number;
  /** What is due. */
  readonly command: CompleteCommand;
}

/** An endless sequence of faults. */
export interface FaultSchedule {
  /** The next fault; due times never fall. */
  next(): ScheduledFault;
}

/** A fault is left so long to be noticed and mended before the next one befalls the same stream, ms. */
const SETTLE_MS = 3_000;
/** Faults that show only when clients subscribe or fill gaps: these are cut, so that they do. */
const NEEDS_CLIENTS: ReadonlySet<FaultKind> = new Set([
  ...FAULT_NAMES.filter((name) => name.startsWith('rest-')),
  'refuse-subscription',
  'lose-ack',
]);

interface Occupied {
  readonly place: FaultPlace;
  readonly untilMs: number;
}

/**
 * A seeded sequence of faults, one every `everyMs`: each kind once before any comes again, spread over venues and symbols,
 * never two on one stream at the same time. Where every place is taken, the fault is due later.
 * @throws Error with a plain sentence when the interval is not positive or a kind can be carried out nowhere.
 */
export function createFaultSchedule(options: FaultScheduleOptions): FaultSchedule {
  const { seed, everyMs, targets, overlap = false } = options;
  const kinds = [...new Set(options.kinds)];
  if (!(everyMs > 0)) throw new Error(`The time between two faults must be above 0 ms, not ${everyMs}.`);
  if (kinds.length === 0) throw new Error('A schedule of faults needs at least one kind of fault.');
  const impossible = kinds.find((kind) => placesOf(kind, targets).length === 0);
  if (impossible !== undefined) throw new Error(`No simulated venue knows the fault ${impossible}.`);
  const random = SeededRandom.fromSeed(seed, 'fault schedule');
  const chooser = new PlaceChooser();
  let round: FaultKind[] = [];
  let occupied: Occupied[] = [];
  let dueMs = 0;

  const freePlaces = (kind: FaultKind): FaultPlace[] => {
    const all = placesOf(kind, targets);
    if (overlap) return all;
    occupied = occupied.filter(({ untilMs }) => untilMs > dueMs);
    return all.filter((place) => !occupied.some((taken) => overlaps(taken.place, place)));
  };

  return {
    next(): ScheduledFault {
      if (round.length === 0) round = shuffled(kinds, random);
      const fault = round.pop() as FaultKind;
      dueMs += everyMs;
      let place = chooser.choose(freePlaces(fault), random.uniform());
      while (place === undefined) {
        dueMs = Math.min(...occupied.map(({ untilMs }) => untilMs));
        place = chooser.choose(freePlaces(fault), random.uniform());
      }
      chooser.note(place);
      const command: CompleteCommand = { fault, ...place, ...(NEEDS_CLIENTS.has(fault) && { cut: true }) };
      const lastsMs = Math.max(numberOf(command, 'forMs'), numberOf(command, 'ms'));
      occupied.push({ place, untilMs: dueMs + lastsMs + SETTLE_MS });
      return { dueMs, command };
    },
  };
}

function shuffled(kinds: readonly FaultKind[], random: SeededRandom): FaultKind[] {
  const order = [...kinds];
  for (let last = order.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [order[last], order[other]] = [order[other] as FaultKind, order[last] as FaultKind];
  }
  return order;
}

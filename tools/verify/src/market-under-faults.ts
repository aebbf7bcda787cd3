import { setTimeout as sleep } from 'node:timers/promises';
import { FAULT_KINDS, type FaultKind } from '@neuraltrade/venue-simulator';
import { simulatedFault } from './fault-list';
import { FaultOrder } from './fault-order';
import type { InjectedFault } from './gap-accounts';
import type { Recovery } from './recovery';
import type { SimulatorControl } from './simulator-control';
import type { Target } from './target';

/** These show only when clients subscribe or ask REST: the clients are cut, so that they do. */
const SHOWS_ON_CONNECTING = /^(rest-|refuse-subscription$|lose-ack$)/;
/** A fault lasts so many intervals between faults at most. */
const LASTS_INTERVALS = 3;
/** But that long in any case, ms: clients must have time to meet it. */
const LASTS_AT_LEAST_MS = 2_000;
/** And a fault of the target's own no longer than this, ms. */
const OWN_LASTS_AT_MOST_MS = 6_000;
/** A fault that says no end is given so long to show, ms. */
const SHOWS_WITHIN_MS = 5_000;
/** How often faults without effect are asked for once more. */
const REPETITIONS = 3;

/** What carries faults out and notes them. */
export interface UnderFaults {
  /** The pipeline. */
  readonly target: Target;
  /** The market. */
  readonly simulator: SimulatorControl;
  /** Faults that take turns; none = a quiet run. */
  readonly names: readonly string[];
  /** Time between two, ms. */
  readonly everyMs: number;
  /** Whether each has its turn even when the time is over before. */
  readonly everyFaultOnce: boolean;
  /** Seed of their order. */
  readonly seed: number;
  /** How long they go on, ms. */
  readonly durationMs: number;
  /** Is told of each. */
  readonly recovery: Recovery;
  /** Takes a sentence about a fault that could not be carried out. */
  readonly mishap: (sentence: string) => void;
}

/** What was done. */
export interface FaultsDone {
  /** The target's own faults. */
  readonly own: readonly InjectedFault[];
  /** Faults that the simulator was asked for. */
  readonly commanded: readonly InjectedFault[];
}

/** Lets the market trade for a while and carries out a fault at each interval; the last one is over when it resolves. */
export async function tradeUnderFaults(deps: UnderFaults): Promise<FaultsDone> {
  const { names, everyMs, durationMs, everyFaultOnce } = deps;
  const own = new OwnFaults(deps);
  const commanded: InjectedFault[] = [];
  const beginAt = Date.now();
  const endAt = beginAt + durationMs;
  const order = new FaultOrder(names, deps.seed);
  for (
    let [dueAt, begun] = [beginAt + everyMs, 0];
    names.length > 0 && !own.failed;
    dueAt += everyMs, begun++
  ) {
    if (dueAt >= endAt && !(everyFaultOnce && begun < names.length)) break;
    await sleep(Math.max(0, dueAt - Date.now()));
    // Busy for longer than the interval: the later ones move on, they must not come all at once.
    dueAt = Math.max(dueAt, Date.now());
    const name = order.next();
    if (own.begin(name)) continue;
    const done = await askFor(deps, name);
    if (done !== null) commanded.push(done);
  }
  await own.over();
  commanded.push(...(await repeatUnshown(deps)));
  const over = Math.max(endAt, ...commanded.map(({ to }) => to));
  await sleep(Math.max(0, over - Date.now()));
  return { own: own.done, commanded };
}

/** Faults of the target's own, which go on beside what follows. */
class OwnFaults {
  readonly done: InjectedFault[] = [];
  failed = false;
  readonly #deps: UnderFaults;
  readonly #under = new Set<Promise<void>>();

  constructor(deps: UnderFaults) {
    this.#deps = deps;
  }

  /** Begins it. @returns false when the target has none of that name. */
  begin(name: string): boolean {
    const { target, everyMs } = this.#deps;
    const carryOut = target.faults.get(name);
    if (carryOut === undefined) return false;
    const lastsMs = Math.min(OWN_LASTS_AT_MOST_MS, Math.max(LASTS_AT_LEAST_MS, LASTS_INTERVALS * everyMs));
    const carried = this.#carry(name, () => carryOut(lastsMs)).finally(() => this.#under.delete(carried));
    this.#under.add(carried);
    return true;
  }

  /** Waits for all of them. */
  async over(): Promise<void> {
    await Promise.all(this.#under);
  }

  async #carry(name: string, carryOut: () => Promise<string | null>): Promise<void> {
    const from = Date.now();
    const over = this.#deps.recovery.fault(name, null, from, true);
    try {
      const exchange = await carryOut();
      this.done.push({ name, exchange, from, to: Date.now() });
    } catch (error) {
      this.failed = true;
      this.#deps.mishap(`The fault ${name} was not carried out to its end: ${textOf(error)}`);
    } finally {
      over();
    }
  }
}

/** Asks once more for the faults of which the market shows no effect: nobody subscribed or asked REST in their time. */
async function repeatUnshown(deps: UnderFaults): Promise<InjectedFault[]> {
  const repeated: InjectedFault[] = [];
  for (let round = 0; round < REPETITIONS; round++) {
    const { faults } = await deps.simulator.statistics();
    for (const name of deps.names) {
      const kind = simulatedFault(name);
      if (kind === null || faults[kind] !== undefined) continue;
      const done = await askFor(deps, name);
      if (done !== null) repeated.push(done);
      await shown(deps.simulator, kind);
    }
  }
  return repeated;
}

async function shown(simulator: SimulatorControl, kind: FaultKind): Promise<void> {
  for (const deadline = Date.now() + SHOWS_WITHIN_MS; Date.now() < deadline; await sleep(100))
    if ((await simulator.statistics()).faults[kind] !== undefined) return;
}

async function askFor(
  { simulator, everyMs, recovery, mishap }: UnderFaults,
  name: string,
): Promise<InjectedFault | null> {
  const kind = simulatedFault(name);
  if (kind === null) throw new Error(`Nobody knows the fault ${name}.`);
  try {
    const { exchange, at, until } = await simulator.fault({
      fault: kind,
      ...limits(kind, Math.max(LASTS_AT_LEAST_MS, LASTS_INTERVALS * everyMs)),
      ...(SHOWS_ON_CONNECTING.test(kind) && { cut: true }),
    });
    recovery.fault(name, exchange, at);
    return { name, exchange, from: at, to: Math.max(until ?? 0, at + SHOWS_WITHIN_MS) };
  } catch (error) {
    mishap(`The fault ${name} could not be carried out: ${textOf(error)}`);
    return null;
  }
}

/** The times of a fault, where its usual ones are longer than the limit: many faults in a short run would pile up. */
function limits(kind: FaultKind, limitMs: number): Partial<Record<'ms' | 'forMs', number>> {
  const { ms, forMs } = FAULT_KINDS[kind];
  return {
    ...(ms !== undefined && ms.usual > limitMs && { ms: Math.round(limitMs) }),
    ...(forMs !== undefined && forMs.usual > limitMs && { forMs: Math.round(limitMs) }),
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

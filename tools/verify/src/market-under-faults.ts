import { setTimeout as sleep } from 'node:timers/promises';
import { FAULT_KINDS, isFaultKind } from '@neuraltrade/venue-simulator';
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
  const { target, names, everyMs, durationMs, recovery } = deps;
  const own: InjectedFault[] = [];
  const commanded: InjectedFault[] = [];
  const beginAt = Date.now();
  const endAt = beginAt + durationMs;
  const order = new FaultOrder(names, deps.seed);
  let dueAt = beginAt + everyMs;
  // A fault that takes longer than the interval moves the later ones on: they must not come all at once.
  for (; names.length > 0 && dueAt < endAt; dueAt = Math.max(dueAt, Date.now()) + everyMs) {
    await sleep(Math.max(0, dueAt - Date.now()));
    const name = order.next();
    const at = Date.now();
    const carryOut = target.faults.get(name);
    if (carryOut === undefined) {
      const done = await askFor(deps, name);
      if (done !== null) commanded.push(done);
      continue;
    }
    recovery.fault(name, null, at);
    try {
      const exchange = await carryOut();
      own.push({ name, exchange, from: at, to: Date.now() });
    } catch (error) {
      deps.mishap(`After ${name} the pipeline did not start again: ${textOf(error)}`);
      break;
    }
  }
  commanded.push(...(await repeatUnshown(deps)));
  const over = Math.max(endAt, ...commanded.map(({ to }) => to));
  await sleep(Math.max(0, over - Date.now()));
  return { own, commanded };
}

/** Asks once more for the faults of which the market shows no effect: nobody subscribed or asked REST in their time. */
async function repeatUnshown(deps: UnderFaults): Promise<InjectedFault[]> {
  const repeated: InjectedFault[] = [];
  for (let round = 0; round < REPETITIONS; round++) {
    const { faults } = await deps.simulator.statistics();
    const unshown = deps.names.filter((name) => isFaultKind(name) && faults[name] === undefined);
    for (const name of unshown) {
      const done = await askFor(deps, name);
      if (done !== null) repeated.push(done);
      await shown(deps.simulator, name);
    }
  }
  return repeated;
}

async function shown(simulator: SimulatorControl, name: string): Promise<void> {
  for (const deadline = Date.now() + SHOWS_WITHIN_MS; Date.now() < deadline; await sleep(100))
    if ((await simulator.statistics()).faults[name] !== undefined) return;
}

async function askFor(
  { simulator, everyMs, recovery, mishap }: UnderFaults,
  name: string,
): Promise<InjectedFault | null> {
  try {
    const { exchange, at, until } = await simulator.fault({
      fault: name,
      ...limits(name, Math.max(LASTS_AT_LEAST_MS, LASTS_INTERVALS * everyMs)),
      ...(SHOWS_ON_CONNECTING.test(name) && { cut: true }),
    });
    recovery.fault(name, exchange, at);
    return { name, exchange, from: at, to: Math.max(until ?? 0, at + SHOWS_WITHIN_MS) };
  } catch (error) {
    mishap(`The fault ${name} could not be carried out: ${textOf(error)}`);
    return null;
  }
}

/** The times of a fault, where its usual ones are longer than the limit: many faults in a short run would pile up. */
function limits(name: string, limitMs: number): Partial<Record<'ms' | 'forMs', number>> {
  if (!isFaultKind(name)) return {};
  const { ms, forMs } = FAULT_KINDS[name];
  return {
    ...(ms !== undefined && ms.usual > limitMs && { ms: Math.round(limitMs) }),
    ...(forMs !== undefined && forMs.usual > limitMs && { forMs: Math.round(limitMs) }),
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

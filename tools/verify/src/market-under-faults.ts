import { setTimeout as sleep } from 'node:timers/promises';
import { FaultOrder } from './fault-order';
import type { InjectedFault } from './gap-accounts';
import type { Recovery } from './recovery';
import type { SimulatorControl } from './simulator-control';
import type { Target } from './target';

/** These show only when clients subscribe or ask REST: the clients are cut, so that they do. */
const SHOWS_ON_CONNECTING = /^(rest-|refuse-subscription$|lose-ack$)/;
/** A fault that says no end is given so long to show, ms. */
const SHOWS_WITHIN_MS = 5_000;

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
  for (let turn = 1; names.length > 0 && beginAt + turn * everyMs < endAt; turn++) {
    await sleep(Math.max(0, beginAt + turn * everyMs - Date.now()));
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
      await carryOut();
      own.push({ name, exchange: null, from: at, to: Date.now() });
    } catch (error) {
      deps.mishap(`After ${name} the pipeline did not start again: ${textOf(error)}`);
      break;
    }
  }
  const over = Math.max(endAt, ...commanded.map(({ to }) => to));
  await sleep(Math.max(0, over - Date.now()));
  return { own, commanded };
}

async function askFor(
  { simulator, recovery, mishap }: UnderFaults,
  name: string,
): Promise<InjectedFault | null> {
  try {
    const { exchange, at, until } = await simulator.fault(name, SHOWS_ON_CONNECTING.test(name));
    recovery.fault(name, exchange, at);
    return { name, exchange, from: at, to: Math.max(until ?? 0, at + SHOWS_WITHIN_MS) };
  } catch (error) {
    mishap(`The fault ${name} could not be carried out: ${textOf(error)}`);
    return null;
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

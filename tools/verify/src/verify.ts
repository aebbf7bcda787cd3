import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { venues } from '@neuraltrade/venues';
import type { Plan } from './arguments';
import { compare, type Comparison } from './comparison';
import { simulatedFault } from './fault-list';
import { Latencies, type LatencyFigures } from './latencies';
import { tradeUnderFaults } from './market-under-faults';
import type { RevisionCounts } from './published-audit';
import { Recovery, type RecoveryTimes } from './recovery';
import { type MemoryLine, memoryOf, summarizeSamples } from './resource-samples';
import { SimulatorControl } from './simulator-control';
import type { Target } from './target';
import { faultsOf } from './verdict';
import { Watch } from './watch';

/** The past must be backfilled first, and a venue that is asked too often lets wait, ms. */
const READY_WITHIN_MS = 180_000;
const SETTLED_WITHIN_MS = 180_000;
/** Allowed lateness, two Clock records and a checkpoint: by then every candle that closed before the hold is published, ms. */
const CANDLES_FOLLOW_MS = 6_000;
/** Nothing new for so long means that nothing is under way, ms. */
const QUIET_MS = 2_000;

/** What a run works with. */
export interface Verification {
  /** What is asked for. */
  readonly plan: Plan;
  /** The workspace, with its bundles built. */
  readonly root: string;
  /** A folder of its own. */
  readonly directory: string;
  /** The environment of the processes. */
  readonly env: Readonly<Record<string, string>>;
  /** What is verified. */
  readonly target: Target;
  /** Takes a line for people. */
  readonly say: (line: string) => void;
}

/** What a run prints. */
export interface Result extends Comparison {
  /** How often each fault was carried out, and how long it took until all was well again, s; null where it never showed. */
  readonly faults: readonly (Comparison['faults'][number] & {
    readonly recoverySeconds: RecoveryTimes | null;
  })[];
  /** How the contents of published candles agree; null when nothing but the store tells. */
  readonly revisions: RevisionCounts | null;
  /** Trades a second that the market made under faults, and those that were asked for. */
  readonly rate: { readonly reached: number; readonly asked: number };
  /** Memory of each process, MB. */
  readonly memoryMb: readonly MemoryLine[];
  /** How long trades were under way, ms. */
  readonly latencyMs: LatencyFigures;
}

/** The result, and why it fails: a sentence each. */
export interface Verdict {
  /** What is printed. */
  readonly result: Result;
  /** Empty when it passes. */
  readonly faults: readonly string[];
}

/** Runs the pipeline against the simulator and compares. @throws Error with a sentence when that cannot be done at all. */
export async function verify({ plan, root, directory, env, target, say }: Verification): Promise<Verdict> {
  const startedAt = Date.now();
  const truthFile = join(directory, 'truth.ndjson');
  const mishaps: string[] = [];
  const mishap = (sentence: string): void => {
    say(sentence);
    mishaps.push(sentence);
  };
  const simulator = await SimulatorControl.start(
    join(root, 'dist/tools/simulate/main.cjs'),
    simulatorFlags(plan, truthFile),
    env,
    join(directory, 'simulator.log'),
  );
  await target.start(simulator.url);
  const recovery = new Recovery();
  const { pid, startedAt: since } = simulator.process;
  const watch = new Watch(target, [{ name: 'simulator', pid, startedAt: since }], recovery);
  const begun = await watch.settled(READY_WITHIN_MS, 0);
  if (begun !== null) mishap(begun);
  say(`ready after ${seconds(Date.now() - startedAt)}, the past is backfilled; faults begin`);

  const latencies = await Latencies.begin(target);
  const before = { at: Date.now(), ...(await simulator.statistics()) };
  const faults = await tradeUnderFaults({
    target,
    simulator,
    names: plan.faults,
    everyMs: plan.faultEveryMs,
    everyFaultOnce: plan.everyFaultOnce,
    seed: plan.seed,
    durationMs: plan.durationMs,
    recovery,
    mishap,
  });
  const after = { at: Date.now(), ...(await simulator.statistics()) };
  const rate = (after.trades - before.trades) / ((after.at - before.at) / 1_000);
  say(`${after.trades - before.trades} trades in ${seconds(after.at - before.at)}; the market is held`);
  await simulator.hold();
  const heldAt = Date.now();
  const settled = await watch.settled(SETTLED_WITHIN_MS, QUIET_MS);
  if (settled !== null) mishap(settled);
  await sleep(Math.max(0, heldAt + CANDLES_FOLLOW_MS - Date.now()));
  say(`at rest ${seconds(Date.now() - heldAt)} after the hold; stopping`);
  await watch.stop();
  const skewed = [...faults.own, ...faults.commanded].filter(({ name }) => name === 'clock-skew');
  const latencyMs = await latencies.end(skewed);
  for (const sentence of await target.stop()) mishap(sentence);
  const left = await simulator.stop();
  if (left !== null) mishap(left);

  for (const [name, samples] of watch.samples) say(summarizeSamples(name, samples));
  for (const line of recovery.summary()) say(line);
  say('comparing what was stored with what was sent');
  const { result: comparison, unseen } = await compare(
    {
      truthFile,
      stored: target.stored(),
      timeframes: plan.timeframes,
      faults: faults.own,
      commanded: faults.commanded,
      startedAt,
      closedBy: heldAt,
      consecutive: venues.filter((venue) => venue.consecutiveTradeIds).map(({ name }) => name),
      withoutIds: venues.filter((venue) => !venue.consecutiveTradeIds).map(({ name }) => name),
      scratch: directory,
    },
    say,
  );
  if (unseen > 0)
    say(
      `${unseen} trades of venues without consecutive ids were never sent and came with the history of other stretches: not expected`,
    );
  if (after.skippedMs > 0)
    say(`the simulator could not keep up and left out ${seconds(after.skippedMs)} of market time`);
  const { revisions } = target;
  for (const sentence of revisions?.sentences.slice(0, 20) ?? []) say(sentence);
  const conflicting = revisions?.counts.conflicting ?? 0;
  const run = { rate, wantedRate: plan.rate, wantedFaults: plan.faults, conflicting, mishaps };
  const times = recovery.times();
  const result: Result = {
    ...comparison,
    faults: comparison.faults.map(({ name, count }) => {
      const asked = plan.faults.find((fault) => simulatedFault(fault) === name) ?? name;
      return { name: asked, count, recoverySeconds: times.get(asked) ?? null };
    }),
    revisions: revisions?.counts ?? null,
    rate: { reached: Math.round(rate), asked: plan.rate },
    memoryMb: [...watch.samples].flatMap(([name, samples]) => memoryOf(name, samples) ?? []),
    latencyMs,
  };
  return { result, faults: faultsOf(comparison, run) };
}

function simulatorFlags({ rate, seed, symbols, history }: Plan, truthFile: string): string[] {
  const optional = Object.entries({ symbols, history }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, value],
  );
  return ['--rate', String(rate), '--seed', String(seed), '--truth', truthFile, '--port', '0', ...optional];
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

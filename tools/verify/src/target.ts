import type { RevisionCounts } from './published-audit';
import type { StoredMarket } from './stored-market';

/** One process of a target. */
export interface TargetProcess {
  /** How it is told to people. */
  readonly name: string;
  /** Its process id. */
  readonly pid: number;
  /** When it was started, ms UTC. */
  readonly startedAt: number;
}

/** How a target does at an instant. */
export interface TargetState {
  /** Whether all of it is up and every check is green. */
  readonly ready: boolean;
  /** Gaps that wait to be closed. */
  readonly openGaps: number;
  /** Trades that it has stored or processed since its last start; grows until nothing is under way any more. */
  readonly trades: number;
  /** Why it is not ready, in one sentence; empty when it is. */
  readonly reason: string;
}

/** A pipeline that can be verified: one process or many. */
export interface Target {
  /** Starts all of it against the simulated venues. @throws Error with a sentence. */
  start(simulatorUrl: string): Promise<void>;
  /**
   * Faults that it can do to itself, by name. Each is told how long it shall last where it lasts, ms, and resolves when it is
   * over and what it ended has been started again, with the venue that it befell, null for all of them. Several may be asked
   * for at once: what concerns the same thing waits for its turn.
   */
  readonly faults: ReadonlyMap<string, (lastsMs: number) => Promise<string | null>>;
  /** How it does now. */
  state(): Promise<TargetState>;
  /** The process that writes to the store and where its metrics are; null while it is away. */
  readonly sinkPage: { readonly pid: number; readonly url: string } | null;
  /** Where the dashboard is; null while it is away. */
  readonly dashboardUrl: string | null;
  /** How the contents of published candles agree; null when nothing but the store tells. Complete after {@link stop}. */
  readonly revisions: { readonly counts: RevisionCounts; readonly sentences: readonly string[] } | null;
  /** Its processes now. */
  processes(): readonly TargetProcess[];
  /** Stops in order. @returns a sentence for everything that did not go well. */
  stop(): Promise<string[]>;
  /** What it has stored, after {@link stop}. */
  stored(): StoredMarket;
}

/** What any target is told. */
export interface TargetSettings {
  /** The workspace. */
  readonly root: string;
  /** A folder of its own. */
  readonly directory: string;
  /** BASE/QUOTE texts by comma; undefined = the pipeline's own list. */
  readonly symbols: string | undefined;
  /** Candle lengths by comma. */
  readonly timeframes: string;
  /** The environment to hand on. */
  readonly env: Readonly<Record<string, string>>;
}

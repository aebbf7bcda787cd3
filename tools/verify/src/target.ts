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
  /** Trades that it has processed since its last start; grows until nothing is under way any more. */
  readonly trades: number;
  /** Why it is not ready, in one sentence; empty when it is. */
  readonly reason: string;
}

/** A pipeline that can be verified: one process or many. */
export interface Target {
  /** Starts all of it against the simulated venues. @throws Error with a sentence. */
  start(simulatorUrl: string): Promise<void>;
  /**
   * Faults that it can do to itself, by name; each resolves when the pipeline has been started again, with the venue that it
   * befell, null for all of them.
   */
  readonly faults: ReadonlyMap<string, () => Promise<string | null>>;
  /** How it does now. */
  state(): Promise<TargetState>;
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

import type { CompleteCommand } from './fault-command';
import type { FaultRecord } from './fault-ledger';
import type { FaultSchedule, ScheduledFault } from './fault-schedule';
import type { FaultPlace } from './fault-targets';

/** What carries the faults of a schedule out: a simulator's faults, here or behind its control interface. */
export interface FaultActuator {
  /** Carries a fault out. */
  carryOut(command: CompleteCommand): FaultRecord;
  /** Whether a fault is still going on at that place. */
  isBusy(place: FaultPlace): boolean;
}

/** A fault whose stream stays busy longer than this, ms, is left out, so that the others are not held up for ever. */
const LONGEST_WAIT_MS = 15_000;

/** Carries out the faults of a schedule as they are due. A fault whose stream is still busy waits, and the later ones with it. */
export class FaultRunner {
  readonly #schedule: FaultSchedule;
  readonly #actuator: FaultActuator;
  readonly #overlap: boolean;
  #next: ScheduledFault;
  /** When the schedule would have had to begin for what is due now, ms of the caller's clock. */
  #startMs: number;
  #leftOut = 0;

  /**
   * @param startMs the caller's clock now, ms.
   * @param overlap whether a fault may befall a stream on which another one is still going on.
   */
  constructor(schedule: FaultSchedule, actuator: FaultActuator, startMs: number, overlap = false) {
    this.#schedule = schedule;
    this.#actuator = actuator;
    this.#overlap = overlap;
    this.#startMs = startMs;
    this.#next = schedule.next();
  }

  /** Faults that were left out because their stream stayed busy. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** Carries out what is due at `nowMs`; at most one fault a turn. @returns what was done; null for nothing. */
  turn(nowMs: number): FaultRecord | null {
    const { command, dueMs } = this.#next;
    const dueAtMs = this.#startMs + dueMs;
    if (nowMs < dueAtMs) return null;
    const busy = !this.#overlap && this.#actuator.isBusy(command);
    if (busy && nowMs - dueAtMs <= LONGEST_WAIT_MS) return null;
    // Later faults keep their distance to this one; a burst after a wait would put several on one stream.
    this.#startMs = nowMs - dueMs;
    this.#next = this.#schedule.next();
    if (busy) {
      this.#leftOut++;
      return null;
    }
    return this.#actuator.carryOut(command);
  }
}

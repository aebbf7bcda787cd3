import { setTimeout as sleep } from 'node:timers/promises';
import type { Recovery } from './recovery';
import { type Sample, sampleProcess } from './resource-samples';
import type { Target, TargetProcess, TargetState } from './target';

const LOOK_EVERY_MS = 250;
const SAMPLE_EVERY_MS = 1_000;
/** More samples of one process are not kept: every second one goes, and they become rarer. */
const MOST_SAMPLES = 4_096;

/** Looks at the pipeline all the time: how it does, and what memory and processor time its processes take. */
export class Watch {
  /** Samples by the name of the process. */
  readonly samples = new Map<string, Sample[]>();
  readonly #target: Target;
  readonly #others: readonly TargetProcess[];
  readonly #recovery: Recovery;
  readonly #done: Promise<void>;
  #state: TargetState = { ready: false, openGaps: 0, trades: 0, reason: 'it was not looked at yet' };
  #stopped = false;

  /** @param others processes beside the target's. */
  constructor(target: Target, others: readonly TargetProcess[], recovery: Recovery) {
    this.#target = target;
    this.#others = others;
    this.#recovery = recovery;
    this.#done = this.#look();
  }

  /** How the pipeline did at the last look. */
  get state(): TargetState {
    return this.#state;
  }

  /**
   * Waits until it is ready, waits for no gap, and has processed nothing new for `quietMs` (0: whatever it processes).
   * @returns null, or a sentence on what it lacks when the time is over.
   */
  async settled(withinMs: number, quietMs: number): Promise<string | null> {
    const deadline = Date.now() + withinMs;
    let trades = -1;
    let since = Date.now();
    for (;;) {
      await sleep(LOOK_EVERY_MS);
      const { state } = this;
      const now = Date.now();
      if (!wellOf(state) || (quietMs > 0 && state.trades !== trades)) {
        trades = state.trades;
        since = now;
      }
      if (wellOf(state) && now - since >= quietMs) return null;
      if (now > deadline)
        return state.ready
          ? `${state.openGaps} gaps are still open after ${withinMs / 1_000} s, or trades still come.`
          : `The pipeline is not ready after ${withinMs / 1_000} s: ${state.reason}.`;
    }
  }

  /** Ends it. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }

  async #look(): Promise<void> {
    for (let sampledAt = 0; !this.#stopped; await sleep(LOOK_EVERY_MS)) {
      this.#state = await this.#target.state();
      const at = Date.now();
      this.#recovery.note({ at, well: wellOf(this.#state) });
      if (at - sampledAt < SAMPLE_EVERY_MS) continue;
      sampledAt = at;
      for (const { name, pid, startedAt } of [...this.#target.processes(), ...this.#others]) {
        const sample = await sampleProcess(pid, startedAt, at);
        if (sample !== null) this.#keep(name, sample);
      }
    }
  }

  #keep(name: string, sample: Sample): void {
    const samples = this.samples.get(name) ?? [];
    samples.push(sample);
    this.samples.set(
      name,
      samples.length > MOST_SAMPLES ? samples.filter((_, index) => index % 2 === 0) : samples,
    );
  }
}

function wellOf({ ready, openGaps }: TargetState): boolean {
  return ready && openGaps === 0;
}

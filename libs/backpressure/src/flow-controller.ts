/** When a flow is stopped and when it goes on. */
export interface FlowMarks {
  /** The flow is paused when the depth reaches this many records. */
  readonly highMark: number;
  /** A paused flow goes on when the depth has fallen to this many records; below `highMark`. */
  readonly lowMark: number;
}

/** Told once per change of state. */
export type FlowListener = (paused: boolean) => void;

/**
 * Turns a depth that moves all the time into few pauses: paused at the high mark, resumed at the low mark, and in between
 * the state stays what it was.
 */
export class FlowController {
  readonly #marks: FlowMarks;
  readonly #listener: FlowListener;
  #paused = false;

  /** @throws RangeError when the low mark is negative or not below the high mark. */
  constructor(marks: FlowMarks, listener: FlowListener) {
    if (!(marks.lowMark >= 0 && marks.lowMark < marks.highMark)) {
      throw new RangeError(
        `The low mark (${marks.lowMark}) must lie between 0 and the high mark (${marks.highMark}).`,
      );
    }
    this.#marks = marks;
    this.#listener = listener;
  }

  /** Whether the flow is paused now. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Takes the present depth; calls the listener when that changes the state. */
  update(depth: number): void {
    const next = this.#paused ? depth > this.#marks.lowMark : depth >= this.#marks.highMark;
    if (next === this.#paused) return;
    this.#paused = next;
    this.#listener(next);
  }
}

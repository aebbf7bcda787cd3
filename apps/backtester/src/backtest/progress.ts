const WIDTH = 30;
const REDRAW_MS = 100;

/** Where progress is shown. */
export interface ProgressStream {
  /** Whether a person looks at it, so that a line can be drawn again. */
  readonly isTTY?: boolean;
  /** Takes a text. */
  write(text: string): unknown;
}

/** A bar on a terminal; a line each quarter elsewhere. */
export class Progress {
  private drawnAt = -Infinity;
  private told = -1;

  constructor(
    private readonly stream: ProgressStream,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Shows how far a stage is. @param part 0 to 1. */
  show(stage: string, part: number): void {
    const done = Math.min(1, Math.max(0, part));
    if (this.stream.isTTY === true) return this.draw(stage, done);
    const quarter = Math.floor(done * 4);
    if (quarter === this.told) return;
    this.told = quarter;
    if (quarter > 0) this.stream.write(`${stage}: ${quarter * 25} %\n`);
  }

  /** Ends a stage: nothing of a bar is left. */
  end(): void {
    this.told = -1;
    this.drawnAt = -Infinity;
    if (this.stream.isTTY === true) this.stream.write('\r\u001b[K');
  }

  private draw(stage: string, done: number): void {
    const now = this.now();
    if (done < 1 && now - this.drawnAt < REDRAW_MS) return;
    this.drawnAt = now;
    const filled = Math.round(done * WIDTH);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}`;
    this.stream.write(`\r\u001b[K${bar} ${String(Math.round(done * 100)).padStart(3)} % ${stage}`);
  }
}

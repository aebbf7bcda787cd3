import type { PipelineSummary } from '../../page/protocol';
import { Topic } from './topic';

/** The pipeline's state, always told whole. */
export class PipelineTopic extends Topic {
  private seconds = 1;

  /** @param summary gives it. */
  constructor(private readonly summary: () => PipelineSummary) {
    super({ channel: 'pipeline' });
  }

  /** Lets the state be told anew. */
  endSecond(): void {
    this.seconds += 1;
  }

  protected newestVersion(): number {
    return this.seconds;
  }

  protected holdsAfter(): boolean {
    return false;
  }

  protected fieldsAfter(): string {
    return JSON.stringify(this.summary()).slice(1, -1);
  }
}

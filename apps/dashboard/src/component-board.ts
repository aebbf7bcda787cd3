import type { ComponentStatus } from '@neuraltrade/contracts';
import type { PipelineComponent } from '../page/protocol';

const MAX_WORDS = 256;
/** What was said of a moment says nothing of the present after so long, ms. */
const WORD_HOLDS_MS = 15_000;

interface Word {
  readonly status: ComponentStatus;
  /** By our clock, ms. */
  readonly arrivedAt: number;
}

/** What every component said of itself last; replicas of one component are told as one. Bounded. */
export class ComponentBoard {
  private readonly components = new Map<string, Map<string, Word>>();
  private words = 0;

  /**
   * Takes a component's word. One that is new beyond the bound is ignored.
   * @param replica tells several processes of one component apart; '' is the only one.
   * @param now our clock, ms.
   */
  accept(status: ComponentStatus, replica: string, now: number): void {
    let replicas = this.components.get(status.component);
    if (replicas?.has(replica) !== true) {
      // A process that starts again is a new replica: its predecessor must not stay for ever.
      for (const [other, { arrivedAt }] of replicas ?? []) {
        if (now - arrivedAt <= WORD_HOLDS_MS) continue;
        replicas?.delete(other);
        this.words -= 1;
      }
      if (this.words >= MAX_WORDS) return;
      this.words += 1;
      if (replicas === undefined) this.components.set(status.component, (replicas = new Map<string, Word>()));
    }
    replicas?.set(replica, { status, arrivedAt: now });
  }

  /** Every component that has spoken, by name; ages by our clock `now`, ms. */
  list(now: number): PipelineComponent[] {
    return [...this.components.values()]
      .map((replicas) => merged(tellingOf([...replicas.values()], now), now))
      .sort((a, b) => (a.component < b.component ? -1 : 1));
  }

  /** A figure of every component that says it; of the silent ones only where it counts from the start. */
  figures(name: string, now: number, countsFromStart = false): number[] {
    return this.list(now).flatMap(({ figures, ageMs }) =>
      ageMs > WORD_HOLDS_MS && !countsFromStart ? [] : (figures[name] ?? []),
    );
  }
}

/** The words that count: of those who still speak and are not stopped; when there is none, the newest. */
function tellingOf(words: readonly Word[], now: number): readonly Word[] {
  const present = words.filter(
    ({ status, arrivedAt }) => now - arrivedAt <= WORD_HOLDS_MS && status.state !== 'down',
  );
  if (present.length > 0) return present;
  return [words.reduce((newest, word) => (word.arrivedAt > newest.arrivedAt ? word : newest))];
}

/** Replicas as one component: the worst state, figures added up, and of times the longest. */
function merged(words: readonly Word[], now: number): PipelineComponent {
  const [first] = words as readonly [Word];
  const troubled = words.find(({ status }) => status.state !== 'up') ?? first;
  const figures: Record<string, number> = {};
  for (const { status } of words)
    for (const [name, value] of Object.entries(status.figures)) {
      const before = figures[name];
      figures[name] =
        before === undefined ? value : name.endsWith('Ms') ? Math.max(before, value) : before + value;
    }
  return {
    component: first.status.component,
    state: troubled.status.state,
    detail: troubled.status.detail,
    figures: words.length === 1 ? first.status.figures : { replicas: words.length, ...figures },
    timestamp: Math.max(...words.map(({ status }) => status.timestamp)),
    ageMs: Math.max(0, now - Math.max(...words.map(({ arrivedAt }) => arrivedAt))),
  };
}

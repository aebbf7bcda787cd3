import type { Logger } from '@neuraltrade/service';
import type { MarketStore, OutcomeFigures, OutcomePerformance } from '@neuraltrade/storage';

const DAY_MS = 86_400_000;
/** How long behind midnight the day before is told: its last outcomes are stored by then, ms. */
const TOLD_AFTER_MS = 1_800_000;
/** How often it is looked whether a day is over, ms. */
const LOOK_INTERVAL_MS = 60_000;

/** What became of each model's signals on the newest UTC days, today included, ascending by day. @param now ms UTC. @throws as the store does. */
export function performanceOf(
  store: Pick<MarketStore, 'outcomePerformance'>,
  days: number,
  now: number,
): Promise<OutcomePerformance[]> {
  const today = now - (now % DAY_MS);
  return store.outcomePerformance({ from: today - (days - 1) * DAY_MS, to: today + DAY_MS });
}

/** Tells once a UTC day in the log what became of each model's signals of the day before. */
export class DailyReport {
  readonly #timer: NodeJS.Timeout;
  #tellAt: number;
  #telling = false;

  /** @param now our clock, ms UTC. */
  constructor(
    private readonly store: Pick<MarketStore, 'outcomePerformance'>,
    private readonly log: Pick<Logger, 'info'>,
    private readonly now: () => number,
  ) {
    const present = now();
    this.#tellAt = present - (present % DAY_MS) + DAY_MS + TOLD_AFTER_MS;
    this.#timer = setInterval(() => void this.look(), LOOK_INTERVAL_MS);
    this.#timer.unref();
  }

  /** Tells the day before when it is time; a store that does not answer is asked again at the next look. */
  async look(): Promise<void> {
    if (this.#telling || this.now() < this.#tellAt) return;
    this.#telling = true;
    try {
      const day = this.#tellAt - TOLD_AFTER_MS - DAY_MS;
      const models = await this.store.outcomePerformance({ from: day, to: day + DAY_MS });
      for (const { modelVersion, acts, holds } of models) {
        this.log.info(
          { model: modelVersion, day: new Date(day).toISOString().slice(0, 10), acts, holds },
          `Signals of ${modelVersion} to act: ${words(acts)}; to hold: ${words(holds)}.`,
        );
      }
      this.#tellAt += DAY_MS;
    } catch {
      // The store's own check tells that it does not answer.
    } finally {
      this.#telling = false;
    }
  }

  /** Tells no more. */
  stop(): void {
    clearInterval(this.#timer);
  }
}

function words({ judged, hits, unjudged, meanReturnBps }: OutcomeFigures): string {
  const mean = meanReturnBps === null ? '' : `, mean return ${meanReturnBps.toFixed(2)} bps`;
  return `${hits} of ${judged} hit${mean}, ${unjudged} unjudged`;
}

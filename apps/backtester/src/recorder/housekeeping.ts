import type { RecorderDeps } from './create-recorder';
import { Repair } from './repair';

const HOUR_MS = 3_600_000;
/** A day that ended so long ago gets hardly any more ticks: its parts become one, ms. */
const DAY_SETTLES_MS = HOUR_MS;
/** How far back every look goes, ms. */
const SHORT_REACH_MS = HOUR_MS;

/** Looks after an archive while it is recorded: takes from the store what is missing, and merges small parts. */
export class Housekeeping {
  private readonly repair: Repair | null;
  private readonly timer: NodeJS.Timeout;
  private looking: Promise<void> | null = null;
  private lookedFarAt = -Infinity;
  private stopped = false;
  private trouble = '';
  private taken = 0;

  /** Looks at once, and then again and again. */
  constructor(private readonly deps: RecorderDeps) {
    const { store, archive, recorded, metrics, log, config } = deps;
    this.repair =
      store === null
        ? null
        : new Repair({
            ...{ store, archive, recorded },
            onRepaired: ({ exchange, symbol }, from, ticks) => {
              this.taken += ticks;
              metrics.ticksRepaired.inc({ exchange }, ticks);
              log.warn(
                { exchange, symbol, from, ticks },
                'Ticks that were not recorded were taken from the store.',
              );
            },
          });
    this.timer = setInterval(() => void this.look(), config.REPAIR_INTERVAL_MS);
    this.timer.unref();
    void this.look();
  }

  /** Ticks that were taken from the store. */
  get repaired(): number {
    return this.taken;
  }

  /** Why the archive could not be looked after the last time; empty when it could. */
  get fault(): string {
    return this.trouble;
  }

  /** Lets a look under way end. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.looking;
  }

  private look(): Promise<void> {
    if (this.stopped || this.looking !== null) return Promise.resolve();
    this.looking = this.lookAfter().finally(() => {
      this.looking = null;
    });
    return this.looking;
  }

  private async lookAfter(): Promise<void> {
    const { archive, now, config, log } = this.deps;
    const at = now();
    const far = at - this.lookedFarAt >= HOUR_MS;
    try {
      await this.repair?.run(at, far ? config.REPAIR_REACH_MS : SHORT_REACH_MS);
      if (far) this.lookedFarAt = at;
      if (!this.stopped) await archive.merge(at - DAY_SETTLES_MS);
      if (this.trouble !== '') log.info('The archive is looked after again.');
      this.trouble = '';
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (reason !== this.trouble)
        log.warn({ reason }, 'The archive could not be looked after; it is tried again.');
      this.trouble = reason;
    }
  }
}

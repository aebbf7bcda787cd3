import type { RawRecord } from '@neuraltrade/contracts';
import type { MessageBus } from '@neuraltrade/messaging';
import { type AdapterState, ConfirmedState } from './adapter-state';
import { AdapterStateLog, type AdapterStateLogDeps } from './adapter-state-log';

/** Keeps what an adapter has published up to now in its log, a little behind the present. */
export class StateKeeper {
  readonly #bus: MessageBus;
  readonly #deps: AdapterStateLogDeps;
  #log: AdapterStateLog | null = null;
  #state = new ConfirmedState(new Map());
  #saving: Promise<void> | null = null;
  #isUrgent = false;
  #failed = false;

  /** A keeper that knows nothing yet. */
  constructor(bus: MessageBus, deps: AdapterStateLogDeps) {
    this.#bus = bus;
    this.#deps = deps;
  }

  /** Begins with what the last run left. To be called once, first. @throws RetryableError when the log was lost meanwhile. */
  async restore(): Promise<void> {
    this.#log = await AdapterStateLog.open(this.#bus, this.#deps);
    this.#state = new ConfirmedState(await this.#log.restore());
  }

  /** The present state; moves on with what is confirmed. */
  get symbols(): AdapterState {
    return this.#state.symbols;
  }

  /**
   * Takes the records of a confirmed batch. The first trade of a symbol is saved at once: the run after one that is killed knows
   * from which id on it missed something, and a gap that begins at an id can be seen to be covered by another adapter.
   */
  confirmed(records: readonly RawRecord[]): void {
    if (!this.#state.confirmed(records)) return;
    this.#isUrgent = true;
    this.saveChanges();
  }

  /**
   * Notes that these symbols are asked for from `now` (ms UTC) on, and saves it where it is news. To be awaited before they
   * are subscribed: a run that is killed before it has saved a trade of theirs leaves this as the only trace of what it missed.
   */
  async begin(symbols: readonly string[], now: number): Promise<void> {
    this.#state.begin(symbols, now);
    await this.#saving;
    this.saveChanges();
    await this.#saving;
  }

  /** Begins to save what has changed since the last time, unless that is being done already. */
  saveChanges(): void {
    if (this.#saving !== null || !this.#state.takeChanged()) return;
    this.#isUrgent = false;
    this.#saving = this.#save().finally(() => {
      this.#saving = null;
      if (this.#isUrgent) this.saveChanges();
    });
  }

  /** Saves for the last time. */
  async close(): Promise<void> {
    await this.#saving;
    await this.#save();
    await this.#log?.close();
  }

  async #save(): Promise<void> {
    try {
      await this.#log?.save(this.#state.forNextRun());
      this.#failed = false;
    } catch (error) {
      this.#state.markChanged();
      if (!this.#failed) this.#deps.log.error({ err: error }, 'The adapter state could not be saved.');
      this.#failed = true;
    }
  }
}

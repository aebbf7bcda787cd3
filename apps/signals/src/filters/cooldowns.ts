import type { MlSignal } from '@neuraltrade/contracts';

/** A cooldown as it is saved: symbol, type and model, and the timestamp of the accepted signal, ms UTC. */
export type SavedCooldown = readonly [group: string, acceptedAt: number];

/** Most (symbol, type, model) that are remembered; beyond, the one without an accepted signal for longest is forgotten. */
const MAX_GROUPS = 10_000;

/**
 * The newest accepted signal of each (symbol, type, model), on whatever venue and timeframe. It refuses others of its group until
 * the cooldown behind it is over, and those from before it: what comes late is no news.
 */
export class Cooldowns {
  readonly #acceptedAt: Map<string, number>;

  /** @param saved what another one has exported. */
  constructor(saved: readonly SavedCooldown[] = []) {
    this.#acceptedAt = new Map(saved);
  }

  /** Whether a signal comes within so many ms behind an accepted one, or from before it. */
  refuses(signal: MlSignal, cooldownMs: number): boolean {
    const acceptedAt = this.#acceptedAt.get(groupOf(signal));
    return cooldownMs > 0 && acceptedAt !== undefined && signal.timestamp < acceptedAt + cooldownMs;
  }

  /** A signal was accepted. */
  begin(signal: MlSignal): void {
    const group = groupOf(signal);
    const acceptedAt = Math.max(signal.timestamp, this.#acceptedAt.get(group) ?? 0);
    // Moves the group behind those that have had none since.
    this.#acceptedAt.delete(group);
    this.#acceptedAt.set(group, acceptedAt);
    const [oldest] = this.#acceptedAt.keys();
    if (this.#acceptedAt.size > MAX_GROUPS && oldest !== undefined) this.#acceptedAt.delete(oldest);
  }

  /** Every cooldown that began at or after an instant, ms UTC; the others are forgotten. */
  export(since: number): SavedCooldown[] {
    for (const [group, acceptedAt] of this.#acceptedAt)
      if (acceptedAt < since) this.#acceptedAt.delete(group);
    return [...this.#acceptedAt];
  }
}

/** The model version, which may hold any character, stands last. */
function groupOf({ symbol, signalType, modelVersion }: MlSignal): string {
  return `${symbol}:${signalType}:${modelVersion}`;
}

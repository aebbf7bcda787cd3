import type { RawTick } from '@neuraltrade/contracts';

/** Whoever takes ticks; tells its own failures from those of the reading. */
export class Taker {
  private thrown: { readonly error: unknown } | null = null;

  /** @param handOut takes each batch. */
  constructor(private readonly handOut: (ticks: readonly RawTick[]) => void | Promise<void>) {}

  /** Hands a batch out. @throws what the taker throws. */
  readonly take = async (ticks: readonly RawTick[]): Promise<void> => {
    try {
      await this.handOut(ticks);
    } catch (error) {
      this.thrown = { error };
      throw error;
    }
  };

  /** Whether it was the taker that threw this. */
  threw(error: unknown): boolean {
    return this.thrown !== null && this.thrown.error === error;
  }
}

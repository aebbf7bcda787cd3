/** How many live trades are held back in one adapter, over all its symbols. */
export class HeldTrades {
  /** Most that are held; the hold of the symbol that reaches it ends. */
  readonly max: number;
  #count = 0;

  /** @param max most trades held. */
  constructor(max: number) {
    this.max = max;
  }

  /** Trades held now. */
  get count(): number {
    return this.#count;
  }

  /** Counts trades that are held (positive) or gone (negative). */
  add(trades: number): void {
    this.#count += trades;
  }
}

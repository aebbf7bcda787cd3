/** How many live trades are held back in one adapter, over all its symbols. */
export class HeldTrades {
  /** Most that are held; the hold of the symbol that reaches it ends. */
  readonly max: number;
  #count = 0;

  /** @param max most trades held. @param onGivenUp told how many were given up when their symbol was left. */
  constructor(
    max: number,
    private readonly onGivenUp: (trades: number) => void = () => undefined,
  ) {
    this.max = max;
  }

  /** Trades that were held are passed on to nobody any more. */
  giveUp(trades: number): void {
    this.#count -= trades;
    this.onGivenUp(trades);
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

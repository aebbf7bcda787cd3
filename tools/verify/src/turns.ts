/** Lets actions that concern the same thing happen one after the other, in the order in which they were asked for. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs an action as soon as everything asked for before about any of these things is over, however that went. */
  take<T>(things: readonly string[], action: () => Promise<T>): Promise<T> {
    const before = Promise.allSettled(things.map((thing) => this.#last.get(thing) ?? Promise.resolve()));
    const turn = before.then(action);
    for (const thing of things) this.#last.set(thing, turn);
    return turn;
  }
}

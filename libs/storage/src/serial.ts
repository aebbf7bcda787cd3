/** Runs tasks one after the other in the order they were given: what one database connection can take. */
export class Serial {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs the task after every earlier one has settled, and settles as it does. */
  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

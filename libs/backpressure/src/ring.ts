const FIRST_CAPACITY = 16;

/** A first-in first-out queue in a circular array: no element is ever moved, the array doubles when it is full. */
export class Ring<T> {
  #slots: (T | undefined)[] = new Array<T | undefined>(FIRST_CAPACITY);
  #stamps: number[] = new Array<number>(FIRST_CAPACITY);
  #head = 0;
  #size = 0;

  /** How many items are held. */
  get size(): number {
    return this.#size;
  }

  /** The stamp of the oldest item; null when there is none. */
  get oldestStamp(): number | null {
    return this.#size === 0 ? null : (this.#stamps[this.#head] as number);
  }

  /** Appends an item with its stamp. */
  push(item: T, stamp: number): void {
    if (this.#size === this.#slots.length) this.#grow();
    const at = (this.#head + this.#size) & (this.#slots.length - 1);
    this.#slots[at] = item;
    this.#stamps[at] = stamp;
    this.#size += 1;
  }

  /** Removes up to `count` items, oldest first. */
  shift(count: number): T[] {
    const taken = new Array<T>(Math.min(count, this.#size));
    for (let index = 0; index < taken.length; index += 1) {
      taken[index] = this.#slots[this.#head] as T;
      this.#slots[this.#head] = undefined;
      this.#head = (this.#head + 1) & (this.#slots.length - 1);
    }
    this.#size -= taken.length;
    return taken;
  }

  #grow(): void {
    const capacity = this.#slots.length;
    const slots = new Array<T | undefined>(capacity * 2);
    const stamps = new Array<number>(capacity * 2);
    for (let index = 0; index < this.#size; index += 1) {
      const from = (this.#head + index) & (capacity - 1);
      slots[index] = this.#slots[from];
      stamps[index] = this.#stamps[from] as number;
    }
    this.#slots = slots;
    this.#stamps = stamps;
    this.#head = 0;
  }
}

const INITIAL_CAPACITY = 16;

/** A double-ended queue on a ring: adding and taking at either end cost the same however many items wait. */
export class Deque<T> {
  private items: (T | undefined)[] = new Array<T | undefined>(INITIAL_CAPACITY);
  private head = 0;
  private count = 0;

  /** Items held. */
  get length(): number {
    return this.count;
  }

  /** Adds behind the last item. */
  push(item: T): void {
    if (this.count === this.items.length) this.grow();
    this.items[this.slot(this.count)] = item;
    this.count += 1;
  }

  /** Adds in front of the first item. */
  unshift(item: T): void {
    if (this.count === this.items.length) this.grow();
    this.head = (this.head - 1) & (this.items.length - 1);
    this.items[this.head] = item;
    this.count += 1;
  }

  /** Takes the first item; undefined when empty. */
  shift(): T | undefined {
    if (this.count === 0) return undefined;
    const item = this.items[this.head];
    this.items[this.head] = undefined;
    this.head = (this.head + 1) & (this.items.length - 1);
    this.count -= 1;
    return item;
  }

  /** The item at a position counted from the front; undefined beyond the last. */
  at(index: number): T | undefined {
    return index < this.count ? this.items[this.slot(index)] : undefined;
  }

  /** Puts an item at a position counted from the front; costs as many moves as items are in front of it. */
  insert(index: number, item: T): void {
    this.unshift(item);
    for (let i = 0; i < index; i++) this.items[this.slot(i)] = this.items[this.slot(i + 1)];
    this.items[this.slot(index)] = item;
  }

  private slot(index: number): number {
    return (this.head + index) & (this.items.length - 1);
  }

  private grow(): void {
    const larger = new Array<T | undefined>(this.items.length * 2);
    for (let i = 0; i < this.count; i++) larger[i] = this.items[this.slot(i)];
    this.items = larger;
    this.head = 0;
  }
}

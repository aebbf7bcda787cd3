/**
 * The newest records by key, each with the version of its last change. Bounded: the one whose change is the oldest is let go
 * first, and from then on versions before it cannot be caught up from.
 */
export class KeyedLog<K, V> {
  private readonly records = new Map<K, { readonly value: V; readonly version: number }>();
  private forgotten = 0;

  /** @param max most records that are kept. */
  constructor(private readonly max: number) {}

  /** Takes a record in the place of the one of its key; versions rise from call to call. */
  put(key: K, value: V, version: number): void {
    this.records.delete(key);
    this.records.set(key, { value, version });
    if (this.records.size > this.max) this.forgetOldest();
  }

  /** The record of a key. */
  get(key: K): V | undefined {
    return this.records.get(key)?.value;
  }

  /** The records that changed after a version, in the order of their changes; those that `matches` only. */
  after(version: number, matches: (value: V) => boolean = () => true): V[] {
    const changed: V[] = [];
    for (const { value, version: changedAt } of this.records.values())
      if (changedAt > version && matches(value)) changed.push(value);
    return changed;
  }

  /** The version of the newest change of those that match; 0 when there is none. */
  newestVersion(matches: (value: V) => boolean): number {
    let newest = 0;
    for (const { value, version } of this.records.values()) if (matches(value)) newest = version;
    return newest;
  }

  /** Whether every change after this version is still known. */
  holdsAfter(version: number): boolean {
    return version >= this.forgotten;
  }

  /** Lets go of everything. */
  clear(): void {
    while (this.records.size > 0) this.forgetOldest();
  }

  private forgetOldest(): void {
    for (const [key, { version }] of this.records) {
      this.records.delete(key);
      this.forgotten = version;
      return;
    }
  }
}

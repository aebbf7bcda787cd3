import { createHash } from 'node:crypto';

/** A replica that has not been heard for so long counts as gone, ms: five of its announcements. */
const GONE_AFTER_MS = 5_000;

/**
 * The replica that shall own a partition: the one with the highest hash of both (rendezvous hashing), so that every replica
 * that knows the same others comes to the same answer, and one that comes or goes moves only its own share.
 * @param replicas ids, at least one.
 */
export function rendezvousOwner(partition: number, replicas: Iterable<string>): string {
  let owner = '';
  let highest = '';
  for (const replica of replicas) {
    const weight = createHash('sha256').update(`${partition} ${replica}`).digest('hex');
    if (weight > highest) [owner, highest] = [replica, weight];
  }
  return owner;
}

/** The replicas that announce themselves, this one among them. */
export class Replicas {
  readonly #self: string;
  readonly #heardAt = new Map<string, number>();
  #known: readonly string[];

  /** @param self the id of this replica. */
  constructor(self: string) {
    this.#self = self;
    this.#known = [self];
  }

  /** Ids of the replicas that are there, sorted. */
  get known(): readonly string[] {
    return this.#known;
  }

  /** Notes an announcement; `now` in ms of any steady clock. */
  heard(replica: string, now: number): void {
    if (replica === this.#self) return;
    this.#heardAt.set(replica, now);
    if (!this.#known.includes(replica)) this.#refresh();
  }

  /** Forgets those that fell silent. */
  forgetGone(now: number): void {
    for (const [replica, heardAt] of this.#heardAt) {
      if (now - heardAt > GONE_AFTER_MS) this.#heardAt.delete(replica);
    }
    this.#refresh();
  }

  /** Whether this replica shall own the partition. */
  owns(partition: number): boolean {
    return rendezvousOwner(partition, this.#known) === this.#self;
  }

  #refresh(): void {
    this.#known = [this.#self, ...this.#heardAt.keys()].sort();
  }
}

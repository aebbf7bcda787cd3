import { Deque } from '../deque';

/** Longest stretch of deliveries before timers and sockets get their turn, ms. */
const TURN_MS = 5;
/** Deliveries to one consumer before the next one gets its share. */
const SLICE = 16;

/** Someone with deliveries to hand out. */
export interface Deliverer {
  /** Hands out up to that many. @returns whether there are more. */
  deliver(limit: number): boolean;
}

/**
 * When confirms settle and deliveries are handed out: never inside the caller's stack, always in a turn of the event loop of
 * their own. A publisher that awaits each confirm in a loop therefore cannot starve timers, sockets or consumers.
 */
export class Turns {
  private scheduled = false;
  private settlements: (() => void)[] = [];
  private readonly deliverers = new Deque<Deliverer>();

  /** Runs it in the next turn, in the order of these calls and ahead of the deliveries. */
  settle(settlement: () => void): void {
    this.settlements.push(settlement);
    this.schedule();
  }

  /** Asks it for its deliveries, in rotation with the others; called once until `deliver` has returned false. */
  enlist(deliverer: Deliverer): void {
    this.deliverers.push(deliverer);
    this.schedule();
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(this.run);
  }

  private readonly run = (): void => {
    this.scheduled = false;
    const settlements = this.settlements;
    this.settlements = [];
    for (const settle of settlements) settle();
    try {
      this.deliver(performance.now() + TURN_MS);
    } finally {
      if (this.deliverers.length > 0) this.schedule();
    }
  };

  private deliver(until: number): void {
    for (;;) {
      const deliverer = this.deliverers.shift();
      if (deliverer === undefined) return;
      let more = true;
      try {
        more = deliverer.deliver(SLICE);
      } finally {
        if (more) this.deliverers.push(deliverer);
      }
      if (performance.now() >= until) return;
    }
  }
}

import type { Venue } from '@neuraltrade/venues';
import { RateWindow } from './rate-window';

/**
 * What all connections of this process may use together: a venue counts connection attempts, and some count messages, by
 * address. Adapters of one venue that share an object stay within the venue's limits together.
 */
export class VenueBudgets {
  readonly #connects = new Map<string, RateWindow>();
  readonly #messages = new Map<string, RateWindow>();

  /** Connection attempts of a venue. */
  connects({ name, limits }: Venue): RateWindow {
    return windowOf(this.#connects, name, () => new RateWindow(limits.connects));
  }

  /** Messages that a new connection to a venue may send: a window of its own unless the venue counts by address. */
  messages({ name, limits }: Venue): RateWindow {
    if (limits.messagesPerAddress !== true) return new RateWindow(limits.messages);
    return windowOf(this.#messages, name, () => new RateWindow(limits.messages));
  }
}

function windowOf(windows: Map<string, RateWindow>, name: string, create: () => RateWindow): RateWindow {
  let window = windows.get(name);
  if (window === undefined) {
    window = create();
    windows.set(name, window);
  }
  return window;
}

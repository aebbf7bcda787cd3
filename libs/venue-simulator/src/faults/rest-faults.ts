import type { RestAnswer } from '../server/simulated-venue';

/** What is wrong with every REST answer for a while. */
export interface RestFault {
  /** The status that every request gets; absent: the proper answer. */
  readonly status?: 418 | 429 | 500 | 503;
  /** The Retry-After of the answer as it stands, seconds or a date; absent: none. */
  readonly retryAfter?: string;
  /** How late the answers come, ms; default 0. */
  readonly delayMs?: number;
  /** Whether the connection breaks in the middle of the answer's body; default false. */
  readonly truncated?: boolean;
  /** How long the fault lasts, ms of the simulator's clock. */
  readonly forMs: number;
}

/** The fault of one venue's REST interface. */
export class RestFaults {
  #fault: RestFault | null = null;
  #untilMs = -Infinity;
  #note: (path: string) => void = () => undefined;

  /** Begins a fault at `nowMs`; it replaces the one before. @param note is told of each request that it befell. */
  begin(fault: RestFault, nowMs: number, note: (path: string) => void): void {
    this.#fault = fault;
    this.#untilMs = nowMs + fault.forMs;
    this.#note = note;
  }

  /** The fault that holds at `nowMs`; null for none. */
  at(nowMs: number): RestFault | null {
    return nowMs < this.#untilMs ? this.#fault : null;
  }

  /** Notes a request that the fault befell. */
  befell(path: string): void {
    this.#note(path);
  }
}

/** The answer that the fault gives instead of the proper one; null when it gives that. */
export function faultyAnswer({ status, retryAfter }: RestFault): RestAnswer | null {
  if (status === undefined) return null;
  const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
  return { status, headers, body: { message: 'Fault of the simulator' } };
}

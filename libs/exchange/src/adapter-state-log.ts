import { logNames, RetryableError } from '@neuraltrade/contracts';
import type { LogQueue, MessageBus } from '@neuraltrade/messaging';
import { type AdapterState, decodeState, encodeState } from './adapter-state';
import type { Log } from './log';

/** Keeps an adapter's state in its log queue: every record holds the whole state, so that old ones may be cut away. */
export class AdapterStateLog {
  readonly #queue: LogQueue;
  readonly #log: Log;

  private constructor(queue: LogQueue, log: Log) {
    this.#queue = queue;
    this.#log = log;
  }

  /** Opens the log of one venue's adapter. */
  static async open(bus: MessageBus, exchange: string, log: Log): Promise<AdapterStateLog> {
    return new AdapterStateLog(await bus.openLog(logNames.adapterState(exchange)), log);
  }

  /**
   * The newest state in the log; empty when there is none.
   * @param source a text that no other run uses: it marks the present end of the log, which nothing else tells.
   * @throws RetryableError when the log was lost meanwhile.
   */
  async restore(source: string): Promise<AdapterState> {
    await this.#queue.append({ headers: { type: 'restore', source }, body: Buffer.alloc(0) });
    let newest: AdapterState = new Map();
    let markSeen = (): void => undefined;
    const marked = new Promise<'marked'>((resolve) => (markSeen = () => resolve('marked')));
    const reader = await this.#queue.follow(({ headers, body, offset }) => {
      if (headers.type === 'restore' && headers.source === source) markSeen();
      if (headers.type !== 'state') return;
      const state = decodeState(body);
      if (state === null) this.#log.warn({ offset }, 'A saved adapter state cannot be read and is skipped.');
      else newest = state;
    });
    const end = await Promise.race([marked, reader.ended]);
    if (end !== 'marked')
      throw new RetryableError('The log of the adapter state was lost while it was read.');
    const found = newest;
    await reader.close();
    return found;
  }

  /** Appends the state. @throws RetryableError when that was not confirmed. */
  async save(state: AdapterState): Promise<void> {
    await this.#queue.append({ headers: { type: 'state' }, body: encodeState(state) });
  }
}

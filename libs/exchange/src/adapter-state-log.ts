import { logNames, RetryableError } from '@neuraltrade/contracts';
import type { LogQueue, LogReader, MessageBus, StoredLogRecord } from '@neuraltrade/messaging';
import { type AdapterState, decodeState, encodeState } from './adapter-state';
import type { Log } from './log';

/** Whose log it is. */
export interface AdapterStateLogDeps {
  /** The venue's name. */
  readonly exchange: string;
  /** Which of several adapters of the venue writes it; '' = the only one. */
  readonly instance: string;
  /** A text that no other run of any adapter uses. */
  readonly source: string;
  /** Where it reports. */
  readonly log: Log;
}

/**
 * Keeps an adapter's state in its log queue: every record holds the whole state, so that old ones may be cut away. A second
 * writer is reported: whoever begins with its state knows nothing of the gaps that the first one has open.
 */
export class AdapterStateLog {
  readonly #queue: LogQueue;
  readonly #deps: AdapterStateLogDeps;
  readonly #name: string;
  #reader: LogReader | null = null;
  #secondWriter = false;

  private constructor(queue: LogQueue, name: string, deps: AdapterStateLogDeps) {
    this.#queue = queue;
    this.#name = name;
    this.#deps = deps;
  }

  /** Opens the log of one adapter. */
  static async open(bus: MessageBus, deps: AdapterStateLogDeps): Promise<AdapterStateLog> {
    const name = logNames.adapterState(deps.exchange, deps.instance);
    return new AdapterStateLog(await bus.openLog(name), name, deps);
  }

  /**
   * The newest state in the log; empty when there is none. To be called once.
   * @throws RetryableError when the log was lost meanwhile.
   */
  async restore(): Promise<AdapterState> {
    const { source, log } = this.#deps;
    // Marks the present end of the log, which nothing else tells.
    await this.#queue.append({ headers: { type: 'restore', source }, body: Buffer.alloc(0) });
    let newest: AdapterState = new Map();
    let isMarked = false;
    let markSeen = (): void => undefined;
    const marked = new Promise<'marked'>((resolve) => (markSeen = () => resolve('marked')));
    this.#reader = await this.#queue.follow((record) => {
      if (isMarked) return this.#watch(record);
      const { headers, body, offset } = record;
      isMarked = headers.type === 'restore' && headers.source === source;
      if (isMarked) markSeen();
      if (headers.type !== 'state') return;
      const state = decodeState(body);
      if (state === null) log.warn({ offset }, 'A saved adapter state cannot be read and is skipped.');
      else newest = state;
    });
    const end = await Promise.race([marked, this.#reader.ended]);
    if (end !== 'marked')
      throw new RetryableError('The log of the adapter state was lost while it was read.');
    return newest;
  }

  /** Appends the state. @throws RetryableError when that was not confirmed. */
  async save(state: AdapterState): Promise<void> {
    const { source } = this.#deps;
    await this.#queue.append({ headers: { type: 'state', source }, body: encodeState(state) });
  }

  /** Looks for other writers no longer. */
  async close(): Promise<void> {
    await this.#reader?.close();
  }

  /** Best effort: it ends with the connection that it began on. */
  #watch({ headers }: StoredLogRecord): void {
    const { source, exchange, log } = this.#deps;
    if (headers.type !== 'state' || headers.source === source || this.#secondWriter) return;
    this.#secondWriter = true;
    log.error(
      { exchange, log: this.#name },
      `Another adapter of ${exchange} keeps its state in ${this.#name} as well: when one of them is started anew, gaps ` +
        'of the other may stay open. Give each an ADAPTER_INSTANCE of its own.',
    );
  }
}

import { PermanentError, RetryableError } from '@neuraltrade/contracts';
import type { ConsumeMessage } from 'amqplib';
import type { LogQueue, LogReader, LogRecord, StoredLogRecord } from '../log-queue';
import type { PublishOutcome } from '../message-bus';
import { MAX_LOG_RECORD_BYTES } from '../queue-limits';
import { headersOf, OFFSET_HEADER } from './consumed-message';
import type { ConsumingChannel, ConsumingChannelOptions } from './consuming-channel';
import type { Publish } from './publish-channel';

/** Records on their way to a reader; the broker demands a bound of stream consumers. */
const PREFETCH = 50;
const CONTENT_TYPE = 'application/octet-stream';

/** What a log needs of its bus. */
export interface StreamLogDeps {
  /** Publishes straight to the stream. */
  readonly publish: (message: Publish['message']) => Promise<PublishOutcome>;
  /** Opens a consumer, now or as soon as there is a connection. */
  readonly consume: (options: ConsumingChannelOptions) => Promise<ConsumingChannel>;
}

/** A log queue in a RabbitMQ stream. */
export class StreamLog implements LogQueue {
  private appended = 0;

  constructor(
    private readonly name: string,
    private readonly deps: StreamLogDeps,
  ) {}

  /** Appends one record. @throws RetryableError when it was not confirmed, PermanentError when it is too large. */
  async append({ headers, body }: LogRecord): Promise<void> {
    if (body.length > MAX_LOG_RECORD_BYTES) {
      const sizes = `${body.length} bytes, more than ${MAX_LOG_RECORD_BYTES}`;
      throw new PermanentError('malformed', `A record for log ${this.name} has ${sizes}.`);
    }
    const outcome = await this.deps.publish({
      amqpExchange: '',
      routingKey: this.name,
      body,
      contentType: CONTENT_TYPE,
      headers,
      messageId: `${this.name}:${++this.appended}`,
    });
    if (outcome !== 'confirmed') {
      throw new RetryableError(
        `A record for log ${this.name} was not stored for certain: it was ${outcome}.`,
      );
    }
  }

  /** Reads from the oldest kept record on, and goes on with what is appended. */
  async follow(onRecord: (record: StoredLogRecord) => void): Promise<LogReader> {
    let settle: (how: 'closed' | 'lost') => void = () => undefined;
    const ended = new Promise<'closed' | 'lost'>((resolve) => (settle = resolve));
    const channel = await this.deps.consume({
      queue: this.name,
      prefetch: PREFETCH,
      consume: { arguments: { 'x-stream-offset': 'first' } },
      onMessage: (message) => {
        onRecord(recordOf(message));
        // Moves the window on; nothing is taken off a stream.
        channel.ack(message, false);
      },
      onEnd: settle,
    });
    return { ended, close: () => channel.close() };
  }
}

function recordOf({ content, properties }: ConsumeMessage): StoredLogRecord {
  const { headers } = properties;
  return { headers: headersOf(headers), body: content, offset: Number(headers?.[OFFSET_HEADER]) };
}

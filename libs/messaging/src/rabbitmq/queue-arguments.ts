import { AMQP_EXCHANGES, type QueueSpec } from '@neuraltrade/contracts';
import type { Options } from 'amqplib';
import { DELIVERY_LIMIT } from '../queue-limits';

/** Bound of a log queue, bytes. */
const LOG_MAX_BYTES = 20_000_000;
/** A log is cut by whole segments of this size, bytes. */
const LOG_SEGMENT_BYTES = 5_000_000;

/**
 * How a queue is declared. Core and optional queues are replicated: for a classic queue on a node that is down RabbitMQ 4
 * refuses every publisher, and 3.10 confirms what is lost. Core queues refuse when full; others drop their oldest and go away.
 */
export function queueOptions(spec: QueueSpec, optionalQueueExpiresMs: number): Options.AssertQueue {
  const bounded = {
    'x-max-length-bytes': spec.maxBytes,
    ...(spec.singleActiveConsumer ? { 'x-single-active-consumer': true } : {}),
  };
  const replicated = {
    ...bounded,
    'x-queue-type': 'quorum',
    // Told explicitly: what its absence means differs between versions, and so does every other way to say never.
    'x-delivery-limit': DELIVERY_LIMIT,
  };
  switch (spec.kind) {
    case 'core':
      return {
        durable: true,
        arguments: {
          ...replicated,
          'x-overflow': 'reject-publish',
          'x-dead-letter-exchange': AMQP_EXCHANGES.parking,
          'x-dead-letter-routing-key': 'delivery-limit',
        },
      };
    case 'optional':
      return {
        durable: true,
        arguments: { ...replicated, 'x-overflow': 'drop-head', 'x-expires': optionalQueueExpiresMs },
      };
    case 'exclusive':
      return {
        durable: false,
        exclusive: true,
        autoDelete: true,
        arguments: { ...bounded, 'x-overflow': 'drop-head' },
      };
  }
}

/** How a log queue is declared: a stream without an age limit, so that a quiet one keeps its records. */
export const LOG_OPTIONS: Options.AssertQueue = {
  durable: true,
  arguments: {
    'x-queue-type': 'stream',
    'x-max-length-bytes': LOG_MAX_BYTES,
    'x-stream-max-segment-size-bytes': LOG_SEGMENT_BYTES,
  },
};

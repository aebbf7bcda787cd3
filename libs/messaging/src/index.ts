export * from './consume-in-order';
export * from './in-process/in-process-bus';
export * from './log-queue';
export * from './message-bus';
export * from './parking';
export * from './message-limits';
export * from './queue-limits';
export * from './rabbitmq/options';
export { createRabbitMqBus } from './rabbitmq/rabbitmq-bus';

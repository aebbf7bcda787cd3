export * from './consume-in-order';
export * from './in-process/in-process-bus';
export * from './log-queue';
export * from './message-bus';
export * from './parking';
export * from './queue-limits';

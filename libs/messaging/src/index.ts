export * from './log-queue';
export * from './message-bus';

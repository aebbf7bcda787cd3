export * from './answer-text';
export * from './request-deadline';
export * from './request-fault';
export * from './retry-after';

export * from './config';
export * from './sink';
export type { SinkLog } from './sink-log';

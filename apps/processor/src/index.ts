export * from './config';
export * from './create-processor';
export type { PartitionDeps } from './partition';

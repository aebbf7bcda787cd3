export * from './metrics';
export type { ObservedRegistry } from './observed-registry';
export type { RecordLedger } from './record-ledger';

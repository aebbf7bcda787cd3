export { DEFAULT_PROCESSING, type ProcessingConfig } from './config';
export type { ProcessingCounters, VenueCounters } from './counters';
export { gapTouches } from './gap-ledger';
export { createProcessing, type Processing, type ProcessingOutputs } from './processing';

export { DEFAULT_PROCESSING, type ProcessingConfig } from './config';
export type { ProcessingCounters, VenueCounters } from './counters';
export { enrich } from './enrich';
export { addExactly, type ExactSum, nearestToSum, productError } from './exact-sum';
export { HOLED_WINDOW_PART } from './id-window';
export { gapTouches } from './gap-ledger';
export type { SymbolCoverage } from './symbol-state';
export { createProcessing, type Processing, type ProcessingOutputs } from './processing';

export { addressEnv } from './address-env';
export { runningSimulator } from './running-simulator';
export { DEFAULT_HISTORY_MS, startVenueSimulator } from './simulator';
export type {
  SimulatorOptions,
  SimulatorStatistics,
  VenueEndpoint,
  VenueSimulator,
} from './simulator-options';
export type { VenueFaults } from './faults/venue-faults';
export { readFaultCommand } from './faults/fault-command';
export type { CompleteCommand, FaultCommand } from './faults/fault-command';
export { FAULT_KINDS, FAULT_NAMES, isFaultKind } from './faults/fault-kinds';
export type { FaultKind, FaultKindEntry, FaultParameter, FaultParameterName } from './faults/fault-kinds';
export type { FaultRecord, OrderedFault } from './faults/fault-ledger';
export { FaultRunner } from './faults/fault-runner';
export type { FaultActuator } from './faults/fault-runner';
export { createFaultSchedule } from './faults/fault-schedule';
export type { FaultSchedule, FaultScheduleOptions, ScheduledFault } from './faults/fault-schedule';
export type { FaultPlace, FaultTarget } from './faults/fault-targets';
export type { ViolationCount, ViolationKind } from './server/violations';
export type { RestFault } from './faults/rest-faults';
export type { TruthRecord } from './truth-log';
export { createMarket } from './market/market';
export type { Market, MarketListener, MarketOptions, SaveOptions } from './market/market';
export type {
  DayFigures,
  Instrument,
  InstrumentListing,
  MarketOrder,
  MarketTrade,
} from './market/instrument';
export { parseSavedMarket } from './market/saved-market';
export type { SavedMarket } from './market/saved-market';
export { keepMarketFile, readMarketFile } from './market-file';
export type { KeptMarket } from './market-file';
export { SIMULATED_VENUES } from './venue-list';
export { simulateTicks } from './simulated-ticks';
export type { SimulatedTicks, SimulatedTicksOptions } from './simulated-ticks';

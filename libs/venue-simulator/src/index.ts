export { startVenueSimulator } from './simulator';
export type {
  SimulatorOptions,
  SimulatorStatistics,
  VenueEndpoint,
  VenueSimulator,
} from './simulator-options';
export type { FaultRecord, VenueFaults } from './faults/venue-faults';
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
export { SIMULATED_VENUES } from './venue-list';

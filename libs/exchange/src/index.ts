export { adapterApp, adapterServiceSchema, type AdapterServiceConfig } from './adapter-app';
export { type AdapterConfig, adapterConfig, adapterSchema, DEFAULT_SYMBOLS } from './adapter-config';
export type { AdapterOutput } from './adapter-output';
export { type AdapterService, type AdapterServiceDeps, createAdapterService } from './adapter-service';
export { type AdapterState, decodeState, type SymbolState } from './adapter-state';
export {
  type CapturePart,
  type Captures,
  type CaptureSession,
  readCaptures,
  type ReplayVenue,
} from './capture-sessions';
export {
  type AdapterFigures,
  type AdapterSettings,
  createExchangeAdapter,
  type ExchangeAdapter,
  type ExchangeAdapterDeps,
} from './exchange-adapter';
export { type Fetch, RestRefused } from './rest-get';
export { RestScheduler, type RestSchedulerDeps } from './rest-scheduler';
export type { Log } from './log';
export { createRawPublisher, type RawPublisher, type RawPublisherDeps } from './raw-publisher';
export { Recording, type RecordingFigures } from './recording';
export type { CaptureStart } from './capture-events';
export { liveSettings } from './adapter-assembly';
export { createReplayFeed, type ReplayFeedDeps } from './replay-feed';
export type { ReplayInputs } from './replay-inputs';
export { createRecordedFeed } from './replay-recorded-feed';
export { replayRecords, type ReplayRecordsDeps } from './replay-records';
export {
  type RecordedFeed,
  type ReplayedVenue,
  type ReplayFeed,
  type ReplayOptions,
  replaySession,
} from './replay-session';
export { seededRandom } from './seeded-random';
export { NoSymbolListedError } from './symbol-selection';
export { repeat, systemTimers, type Timers } from './timers';
export type { Connection, Transport, TransportHandlers } from './transport';
export type { UnlistedFrames } from './unlisted-tally';
export { VenueBudgets } from './venue-budgets';
export { type VirtualTimers, virtualTimers } from './virtual-timers';
export { webSocketTransport, type WebSocketTransportOptions } from './web-socket-transport';

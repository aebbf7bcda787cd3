export { StoreOpenError, type DuckDbStoreOptions } from './duckdb/options';
export { openDuckDbStore } from './duckdb/duckdb-store';
export * from './embedded-store';
export * from './market-store';
export * from './store-directory';
export { configuredInfluxStore } from './influx/configured-store';
export { createInfluxStore, type InfluxStore } from './influx/influx-store';
export type { InfluxStoreOptions } from './influx/options';
export * from './store-errors';

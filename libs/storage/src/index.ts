export { StoreOpenError, type DuckDbStoreOptions } from './duckdb/options';
export { openDuckDbStore } from './duckdb/duckdb-store';
export * from './embedded-store';
export * from './market-store';
export * from './store-directory';

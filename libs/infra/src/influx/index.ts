export { findInfluxd, INFLUX_MISSING } from './find-influxd';
export type { InfluxOptions, InfluxServer } from './influx-server';
export { startInflux } from './start-influx';

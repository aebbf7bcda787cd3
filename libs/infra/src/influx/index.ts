export type { Influx, InfluxOptions } from './influx-server';
export { startInflux } from './start-influx';
export { lookForInflux, whyNoInflux } from './influx-for-tests';

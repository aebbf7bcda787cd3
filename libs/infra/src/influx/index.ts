export type { Influx, InfluxOptions } from './influx-server';
export { lookForInflux, whyNoInflux } from './influx-for-tests';
export * from './scripted-influx';
export { startInflux } from './start-influx';

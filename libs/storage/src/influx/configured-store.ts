import type { InfluxConfig } from '@neuraltrade/service';
import { createInfluxStore, type InfluxStore } from './influx-store';

/** The store that a service's environment names. @param readToken gives the database's token of this moment. */
export function configuredInfluxStore(config: InfluxConfig, readToken: () => string): InfluxStore {
  return createInfluxStore({
    url: config.INFLUX_URL,
    token: readToken,
    org: config.INFLUX_ORG,
    bucket: config.INFLUX_BUCKET,
  });
}

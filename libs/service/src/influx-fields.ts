import { secret, text, url } from './fields';

/** The variables by which a service finds its InfluxDB; spread them into the service's z.object. */
export const influxFields = {
  INFLUX_URL: url({
    description: 'Base address of InfluxDB 2.',
    default: 'http://127.0.0.1:8086',
    schemes: ['http', 'https'],
  }),
  INFLUX_TOKEN: secret({
    description:
      'Token that may read and write the bucket; from INFLUX_TOKEN_FILE it is read again before each request.',
  }),
  INFLUX_ORG: text({ description: 'Organisation in InfluxDB.', default: 'neuraltrade', max: 256 }),
  INFLUX_BUCKET: text({
    description: 'Bucket that ticks, candles, gaps and signals are kept in.',
    default: 'market_data',
    max: 256,
  }),
};

/** What {@link influxFields} read. */
export interface InfluxConfig {
  /** http:// or https:// address. */
  readonly INFLUX_URL: string;
  /** A secret. */
  readonly INFLUX_TOKEN: string;
  /** The organisation's name. */
  readonly INFLUX_ORG: string;
  /** The bucket's name. */
  readonly INFLUX_BUCKET: string;
}

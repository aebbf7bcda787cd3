import { type Influx, startInflux, whyNoInflux } from '@neuraltrade/infra';
import { influxSubject } from '../testing/influx-bucket';
import { describeStoreContract } from '../testing/store-contract';

const why = whyNoInflux(process.env);

if (why !== '') test.skip(`the store on InfluxDB (${why})`, () => undefined);
else {
  let influx: Influx;
  beforeAll(async () => {
    influx = await startInflux({ env: process.env });
  });
  afterAll(() => influx?.dispose());

  describeStoreContract('the store on InfluxDB', () => influxSubject(influx));
}

import { type Influx, startInflux, whyNoInflux } from '@neuraltrade/infra';
import { influxSubject } from '../testing/influx-bucket';
import { describeStoreContract } from '../testing/store-contract';
import { describeTickHistory } from '../testing/tick-history-contract';

const why = whyNoInflux(process.env);

if (why !== '') test.skip(`the store on InfluxDB (${why})`, () => undefined);
else {
  let influx: Influx;
  beforeAll(async () => {
    influx = await startInflux({ env: process.env });
  });
  afterAll(() => influx?.dispose());

  describeStoreContract('the store on InfluxDB', () => influxSubject(influx));

  describeTickHistory('the store on InfluxDB', async () => {
    const { store, dispose } = await influxSubject(influx);
    return {
      history: store,
      write: (ticks) => store.writeTicks(ticks),
      asKept: ({ inexact: _inexact, priceText: _price, volumeText: _volume, ...tick }) => tick,
      dispose,
    };
  });
}

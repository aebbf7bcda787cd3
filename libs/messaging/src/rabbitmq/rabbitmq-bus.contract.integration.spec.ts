import { describeWithBroker, makeVirtualHost, type VirtualHost } from '../testing/broker-under-test';
import { describeBusContract } from '../testing/bus-contract';
import type { BusUnderTest } from '../testing/bus-under-test';

describeWithBroker(process.env, 'over a broker', (broker) => {
  let host: VirtualHost;
  beforeAll(async () => {
    host = await makeVirtualHost(broker);
  });
  afterAll(() => host.close());

  describeBusContract('the RabbitMQ bus', (): Promise<BusUnderTest> => {
    let bus = host.makeBus();
    return Promise.resolve({
      bus,
      restart: async () => {
        await bus.close();
        bus = host.makeBus();
        return bus;
      },
      dispose: async () => {
        await bus.close();
        await host.clear();
      },
    });
  });
});

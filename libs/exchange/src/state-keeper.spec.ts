import type { RawTick } from '@neuraltrade/contracts';
import { createInProcessBus, type MessageBus } from '@neuraltrade/messaging';
import { StateKeeper } from './state-keeper';
import { keptLog } from './testing/adapter-harness';
import { until } from './testing/until';

const tick = (symbol: string, tradeId: string): RawTick =>
  ({ exchange: 'binance', symbol, tradeId, timestamp: 100 }) as RawTick;

describe('what an adapter has published', () => {
  let bus: MessageBus;
  let runs = 0;
  beforeEach(() => {
    bus = createInProcessBus({ dataDir: null });
  });
  afterEach(() => bus.close());

  const keeper = async (): Promise<StateKeeper> => {
    const made = new StateKeeper(bus, {
      exchange: 'binance',
      instance: '',
      source: `run-${++runs}`,
      log: keptLog(),
    });
    await made.restore();
    return made;
  };
  /** The newest ids that a run begun now would know. */
  const known = async (): Promise<(string | null | undefined)[]> => {
    const { symbols } = await keeper();
    return ['BTC/USDT', 'ETH/USDT'].map((symbol) => symbols.get(symbol)?.lastTradeId);
  };

  it('is saved at once for the first trade of each symbol, also while it is being saved', async () => {
    const first = await keeper();
    await first.begin(['BTC/USDT', 'ETH/USDT'], 1);
    first.confirmed([tick('BTC/USDT', '7')]);
    first.confirmed([tick('ETH/USDT', '3')]);
    let ids: (string | null | undefined)[] = [];
    await until(async () => {
      ids = await known();
      return ids.every((id) => typeof id === 'string');
    });
    expect(ids).toEqual(['7', '3']);
  });

  it('is saved for later trades when that is asked for', async () => {
    const first = await keeper();
    first.confirmed([tick('BTC/USDT', '7')]);
    await until(async () => (await known())[0] === '7');
    first.confirmed([tick('BTC/USDT', '8')]);
    expect((await known())[0]).toBe('7');
    first.saveChanges();
    await until(async () => (await known())[0] === '8');
  });
});

import { type Gap, logNames, type RawTick } from '@neuraltrade/contracts';
import { createInProcessBus, type MessageBus } from '@neuraltrade/messaging';
import { ConfirmedState } from './adapter-state';
import { AdapterStateLog } from './adapter-state-log';
import { keptLog } from './testing/adapter-harness';

const tick = (tradeId: string, timestamp: number): RawTick =>
  ({ exchange: 'binance', symbol: 'BTC/USDT', tradeId, timestamp }) as RawTick;
const gap = (status: Gap['status']): Gap => ({
  gapId: 'binance:BTC/USDT:7',
  exchange: 'binance',
  symbol: 'BTC/USDT',
  afterTradeId: '7',
  beforeTradeId: null,
  fromTimestamp: 70,
  toTimestamp: status === 'open' ? null : 90,
  missing: null,
  cause: 'disconnect',
  status,
});

describe('the confirmed state', () => {
  it('holds the newest confirmed trade and the gap that is open', () => {
    const state = new ConfirmedState(new Map());
    expect(state.takeChanged()).toBe(false);
    state.confirmed([tick('10', 100), tick('9', 90), gap('open')]);
    expect(state.symbols.get('BTC/USDT')).toEqual({
      lastTradeId: '10',
      lastTimestamp: 100,
      openGaps: [gap('open')],
    });
    expect([state.takeChanged(), state.takeChanged()]).toEqual([true, false]);
    state.confirmed([gap('unfillable')]);
    expect(state.symbols.get('BTC/USDT')?.openGaps).toEqual([]);
  });

  it('tells up to where an open gap was filled without a hole, and forgets it with the gap', () => {
    const state = new ConfirmedState(new Map());
    const filledTo = () => state.symbols.get('BTC/USDT')?.filledTo;
    state.confirmed([tick('7', 70), gap('open'), tick('8', 80), tick('9', 90), tick('11', 110)]);
    expect(filledTo()).toEqual({ 'binance:BTC/USDT:7': { tradeId: '9', timestamp: 90 } });
    state.confirmed([gap('open'), tick('10', 100)]);
    expect(filledTo()).toEqual({ 'binance:BTC/USDT:7': { tradeId: '10', timestamp: 100 } });
    state.confirmed([gap('filled'), tick('12', 120)]);
    expect(filledTo()).toBeUndefined();
  });

  it('does not change for a clock record alone', () => {
    const state = new ConfirmedState(new Map());
    state.confirmed([{ exchange: 'binance', symbols: ['BTC/USDT'], timestamp: 1, offsetMs: 0 }]);
    expect(state.takeChanged()).toBe(false);
  });
});

describe('the log of the adapter state', () => {
  let bus: MessageBus;

  beforeEach(() => {
    bus = createInProcessBus({ dataDir: null });
  });
  afterEach(() => bus.close());

  it('is empty at first and gives the state that was saved last', async () => {
    const first = await AdapterStateLog.open(bus, 'binance', keptLog());
    expect(await first.restore('run-1')).toEqual(new Map());
    const state = new ConfirmedState(new Map());
    state.confirmed([tick('10', 100)]);
    await first.save(state.symbols);
    state.confirmed([tick('11', 110), gap('open'), tick('8', 80)]);
    await first.save(state.symbols);
    const second = await AdapterStateLog.open(bus, 'binance', keptLog());
    expect(await second.restore('run-2')).toEqual(state.symbols);
    const other = await AdapterStateLog.open(bus, 'kraken', keptLog());
    expect(await other.restore('run-3')).toEqual(new Map());
  });

  it('skips a record that cannot be read, and says so', async () => {
    const log = keptLog();
    const state = await AdapterStateLog.open(bus, 'binance', log);
    await state.save(new Map([['BTC/USDT', { lastTradeId: '1', lastTimestamp: 1, openGaps: [] }]]));
    const queue = await bus.openLog(logNames.adapterState('binance'));
    await queue.append({ headers: { type: 'state' }, body: Buffer.from('{"BTC/USDT":{') });
    expect((await state.restore('run-1')).get('BTC/USDT')).toMatchObject({ lastTradeId: '1' });
    expect(log.sentences).toEqual(['A saved adapter state cannot be read and is skipped.']);
  });
});

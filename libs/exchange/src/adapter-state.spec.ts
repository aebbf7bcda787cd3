import { type Gap, logNames, type RawTick } from '@neuraltrade/contracts';
import { createInProcessBus, type MessageBus } from '@neuraltrade/messaging';
import { type AdapterState, ConfirmedState } from './adapter-state';
import { AdapterStateLog, type AdapterStateLogDeps } from './adapter-state-log';
import { keptLog } from './testing/adapter-harness';
import { until } from './testing/until';

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

  it('tells the next run since when a symbol was asked for, until a trade of it is confirmed', () => {
    const state = new ConfirmedState(new Map());
    const begunAt = () => state.forNextRun().get('BTC/USDT')?.begunAt;
    state.begin(['BTC/USDT'], 1_000);
    state.begin(['BTC/USDT'], 2_000);
    expect(begunAt()).toBe(1_000);
    expect(state.takeChanged()).toBe(true);
    // This run's own adapter begins with nothing.
    expect(state.symbols.get('BTC/USDT')).toBeUndefined();
    state.confirmed([gap('open'), gap('filled')]);
    expect(begunAt()).toBe(1_000);
    const next = new ConfirmedState(state.forNextRun());
    expect(next.symbols.get('BTC/USDT')?.begunAt).toBe(1_000);
    for (const run of [state, next]) {
      run.confirmed([tick('10', 100)]);
      run.begin(['BTC/USDT'], 3_000);
      expect(run.forNextRun().get('BTC/USDT')).toEqual({
        lastTradeId: '10',
        lastTimestamp: 100,
        openGaps: [],
      });
    }
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

  const opened = (source: string, deps: Partial<AdapterStateLogDeps> = {}) =>
    AdapterStateLog.open(bus, { exchange: 'binance', instance: '', source, log: keptLog(), ...deps });
  const one: AdapterState = new Map([['BTC/USDT', { lastTradeId: '1', lastTimestamp: 1, openGaps: [] }]]);

  it('is empty at first and gives the state that was saved last', async () => {
    const first = await opened('run-1');
    expect(await first.restore()).toEqual(new Map());
    const state = new ConfirmedState(new Map());
    state.confirmed([tick('10', 100)]);
    await first.save(state.symbols);
    state.confirmed([tick('11', 110), gap('open'), tick('8', 80)]);
    await first.save(state.symbols);
    const second = await opened('run-2');
    expect(await second.restore()).toEqual(state.symbols);
    const other = await opened('run-3', { exchange: 'kraken' });
    expect(await other.restore()).toEqual(new Map());
  });

  it('skips a record that cannot be read, and says so', async () => {
    const log = keptLog();
    const state = await opened('run-1', { log });
    await state.save(one);
    const queue = await bus.openLog(logNames.adapterState('binance'));
    await queue.append({ headers: { type: 'state' }, body: Buffer.from('{"BTC/USDT":{') });
    expect((await state.restore()).get('BTC/USDT')).toMatchObject({ lastTradeId: '1' });
    expect(log.sentences).toEqual(['A saved adapter state cannot be read and is skipped.']);
  });

  it('is another one for each instance of an adapter', async () => {
    await (await opened('run-1')).save(one);
    expect(await (await opened('run-2', { instance: 'b' })).restore()).toEqual(new Map());
    expect(await (await opened('run-3')).restore()).toEqual(one);
  });

  it('reports once that another adapter writes it as well, and nothing of runs before', async () => {
    const log = keptLog();
    await (await opened('run-1')).save(one);
    const second = await opened('run-2', { log });
    await second.restore();
    await second.save(one);
    const twin = await opened('run-3');
    await twin.save(one);
    await twin.save(one);
    await until(() => log.sentences.length > 0);
    await twin.restore();
    expect(log.sentences).toEqual([
      'Another adapter of binance keeps its state in adapter.state.binance as well: when one of them is started anew, ' +
        'gaps of the other may stay open. Give each an ADAPTER_INSTANCE of its own.',
    ]);
    await Promise.all([second.close(), twin.close()]);
  });
});

import type { SymbolState } from './adapter-state';
import { adapterHarness, type AdapterHarness } from './testing/adapter-harness';
import type { ScriptedConnection } from './testing/scripted-transport';
import { binanceFrames, TEST_START } from './testing/venue-frames';

const { acked } = binanceFrames;

/** A trade of any symbol. */
function tradeOf(native: string, id: number): object {
  const { stream, data } = binanceFrames.trade(id);
  return { stream: stream.replace('btcusdt', native.toLowerCase()), data: { ...data, s: native } };
}

const sentBy = (socket: ScriptedConnection): object[] =>
  socket.sent.map((text) => JSON.parse(text) as object);
const idsOf = ({ ticks }: AdapterHarness): string[] =>
  ticks().map(({ symbol, tradeId }) => `${symbol} ${tradeId}`);

describe('symbols over several connections', () => {
  const symbols = ['BTC/USDT', 'ETH/USDT', 'SOL/USDT'];
  const three = () => {
    const harness = adapterHarness({ symbols, config: { symbolsPerConnection: 2 } });
    const [first, second] = harness.transport.connections.map((socket) => socket.opens());
    return { ...harness, first: first as ScriptedConnection, second: second as ScriptedConnection };
  };

  it('are subscribed each on its own connection, and all of them make the adapter ready', () => {
    const { adapter, transport, first, second } = three();
    expect(transport.connections).toHaveLength(2);
    expect(sentBy(first)).toEqual([
      {
        method: 'SUBSCRIBE',
        params: ['btcusdt@trade', 'btcusdt@bookTicker', 'solusdt@trade', 'solusdt@bookTicker'],
        id: 1,
      },
    ]);
    expect(sentBy(second)).toEqual([
      { method: 'SUBSCRIBE', params: ['ethusdt@trade', 'ethusdt@bookTicker'], id: 1 },
    ]);
    first.says(acked(1));
    expect(adapter.readiness().reason).toBe(
      'Binance has not confirmed trades of ETH/USDT, quotes of ETH/USDT yet.',
    );
    second.says(acked(1));
    expect(adapter.readiness().ok).toBe(true);
    expect(adapter.figures().connections).toBe(2);
  });

  it('are interrupted only where their connection fails', async () => {
    const harness = three();
    const { adapter, first, second, gaps, clocks, pass, metrics } = harness;
    first.says(acked(1), tradeOf('BTCUSDT', 1), tradeOf('SOLUSDT', 1));
    second.says(acked(1), tradeOf('ETHUSDT', 1));
    first.cuts();
    expect(gaps().map(({ symbol }) => symbol)).toEqual(['BTC/USDT', 'SOL/USDT']);
    expect(adapter.readiness().reason).toBe(
      'Binance is not connected for BTC/USDT, SOL/USDT: closed with code 1006.',
    );
    expect((await metrics.connectionStatus.get()).values).toMatchObject([{ value: 0.5 }]);
    second.says(tradeOf('ETHUSDT', 2));
    pass(499);
    pass(501);
    expect(clocks().flatMap((clock) => clock.symbols)).toEqual(['ETH/USDT']);
    expect(gaps()).toHaveLength(2);
    expect(idsOf(harness).at(-1)).toBe('ETH/USDT 2');
  });

  it('are all paused and resumed together', () => {
    const { adapter, first, second } = three();
    adapter.pause();
    expect([first.paused, second.paused]).toEqual([true, true]);
    adapter.resume();
    expect([first.paused, second.paused]).toEqual([false, false]);
  });

  it('are on one connection in a replay, whatever its settings', () => {
    const { transport } = adapterHarness({
      symbols,
      config: { symbolsPerConnection: 1, assumeSubscribed: true },
    });
    expect(transport.connections).toHaveLength(1);
  });
});

describe('symbols that change while the adapter runs', () => {
  const running = (state = new Map<string, SymbolState>()) => {
    const harness = adapterHarness({
      state,
      symbols: ['BTC/USDT', 'ETH/USDT'],
      config: { symbolsPerConnection: 3 },
    });
    const socket = harness.transport.latest.opens();
    socket.says(acked(1), tradeOf('BTCUSDT', 10), tradeOf('ETHUSDT', 20));
    return { ...harness, socket, state };
  };

  it('are subscribed and unsubscribed on the connection that carries the others, which notice nothing', () => {
    const harness = running();
    const { adapter, socket, gaps, clocks, records, pass } = harness;
    adapter.setSymbols(['BTC/USDT', 'SOL/USDT']);
    expect(sentBy(socket).slice(1)).toEqual([
      { method: 'UNSUBSCRIBE', params: ['ethusdt@trade', 'ethusdt@bookTicker'], id: 2 },
      { method: 'SUBSCRIBE', params: ['solusdt@trade', 'solusdt@bookTicker'], id: 3 },
    ]);
    expect(adapter.readiness().reason).toBe(
      'Binance has not confirmed trades of SOL/USDT, quotes of SOL/USDT yet.',
    );
    socket.says(acked(2), acked(3), tradeOf('ETHUSDT', 21), tradeOf('BTCUSDT', 11), tradeOf('SOLUSDT', 30));
    expect(adapter.readiness().ok).toBe(true);
    expect(idsOf(harness)).toEqual(['BTC/USDT 10', 'ETH/USDT 20', 'BTC/USDT 11', 'SOL/USDT 30']);
    expect(gaps()).toEqual([]);
    records.length = 0;
    pass(1_000);
    expect(
      clocks()
        .flatMap(({ symbols }) => symbols)
        .sort(),
    ).toEqual(['BTC/USDT', 'SOL/USDT']);
    expect(harness.transport.connections).toHaveLength(1);
  });

  it('get connections of their own when the present ones are full, and give up those without symbols', () => {
    const { adapter, transport, socket } = running();
    adapter.setSymbols(['BTC/USDT', 'ETH/USDT', 'SOL/USDT', 'XRP/USDT']);
    expect(transport.connections).toHaveLength(2);
    const second = transport.latest.opens();
    expect(sentBy(second)).toHaveLength(1);
    adapter.setSymbols(['XRP/USDT']);
    expect([socket.ended, second.ended].sort()).toEqual(['closed', null]);
    expect(adapter.figures().connections).toBe(1);
  });

  it('reach back as a first connection does', () => {
    const state = new Map([
      ['SOL/USDT', { lastTradeId: '5', lastTimestamp: TEST_START - 1_000, openGaps: [] }],
    ]);
    const { adapter, gaps } = running(state);
    adapter.setSymbols(['BTC/USDT', 'SOL/USDT']);
    expect(gaps()).toMatchObject([
      { symbol: 'SOL/USDT', afterTradeId: '5', cause: 'restart', status: 'open' },
    ]);
  });

  it('that come again go on where they stopped: their open gaps, and one over the time between', () => {
    const { adapter, socket, state, gaps, records } = running();
    socket.says(tradeOf('ETHUSDT', 25));
    const open = gaps().find(({ status }) => status === 'open');
    adapter.setSymbols(['BTC/USDT']);
    // What was confirmed by then, as the publisher keeps it.
    state.set('ETH/USDT', {
      lastTradeId: '25',
      lastTimestamp: TEST_START + 25,
      openGaps: open === undefined ? [] : [{ ...open, beforeTradeId: '25', missing: 4 }],
    });
    records.length = 0;
    adapter.setSymbols(['BTC/USDT', 'ETH/USDT']);
    expect(gaps().filter(({ status }) => status === 'open')).toMatchObject([
      { symbol: 'ETH/USDT', afterTradeId: '20', status: 'open' },
      { symbol: 'ETH/USDT', afterTradeId: '25', cause: 'restart', status: 'open' },
    ]);
  });

  it('are paused like the others when they come during a pause', () => {
    const { adapter, transport } = running();
    adapter.pause();
    adapter.setSymbols(['BTC/USDT', 'ETH/USDT', 'SOL/USDT', 'XRP/USDT']);
    expect(transport.connections).toHaveLength(1);
    adapter.resume();
    expect(transport.connections).toHaveLength(2);
  });
});

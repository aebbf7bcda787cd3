import { adapterHarness } from './testing/adapter-harness';
import { binanceFrames, coinbaseFrames } from './testing/venue-frames';

describe('an adapter subscribes', () => {
  it('to every topic at once, and is ready when the venue has answered', () => {
    const { adapter, transport } = adapterHarness();
    expect(adapter.readiness()).toEqual({ ok: false, reason: 'Binance is not connected: not dialled yet.' });
    const socket = transport.latest.opens();
    expect(socket.url).toBe('ws://venue.test/feed');
    expect(socket.sent.map((text) => JSON.parse(text) as object)).toEqual([
      { method: 'SUBSCRIBE', params: ['btcusdt@trade', 'btcusdt@bookTicker'], id: 1 },
    ]);
    expect(adapter.readiness().reason).toBe(
      'Binance has not confirmed trades of BTC/USDT, quotes of BTC/USDT yet.',
    );
    socket.says(binanceFrames.acked(1));
    expect(adapter.readiness()).toEqual({ ok: true, reason: '' });
  });

  it('and takes the first data of a topic for its answer', () => {
    const { adapter, transport } = adapterHarness();
    transport.latest.opens().says(binanceFrames.trade(1));
    expect(adapter.readiness().reason).toBe('Binance has not confirmed quotes of BTC/USDT yet.');
  });

  it('and names a refused topic in its log and in its readiness', () => {
    const { adapter, transport, log } = adapterHarness();
    const socket = transport.latest.opens();
    socket.says(binanceFrames.refused(1));
    // Which of the two was meant is not said: each is asked for alone.
    expect(socket.sent.slice(1).map((text) => JSON.parse(text) as object)).toEqual([
      { method: 'SUBSCRIBE', params: ['btcusdt@trade'], id: 2 },
      { method: 'SUBSCRIBE', params: ['btcusdt@bookTicker'], id: 3 },
    ]);
    socket.says(binanceFrames.acked(3), binanceFrames.refused(2));
    expect(log.sentences.at(-1)).toMatch(/^Binance refused trades of BTC\/USDT: .*unknown symbol/);
    expect(adapter.readiness()).toMatchObject({ ok: false });
    expect(adapter.readiness().reason).toMatch(/^Binance refused trades of BTC\/USDT \(.*unknown symbol.*\)/);
  });

  it('and asks again for what stays unanswered, and for nothing else', () => {
    const { transport, pass } = adapterHarness({ venue: 'coinbase', symbols: ['BTC/USD'] });
    const socket = transport.latest.opens();
    socket.says(coinbaseFrames.subscribed('matches', 'heartbeat'));
    pass(4_000);
    expect(socket.sent).toHaveLength(1);
    pass(1_500);
    expect(socket.sent.slice(1).map((text) => JSON.parse(text) as object)).toEqual([
      { type: 'subscribe', channels: [{ name: 'ticker', product_ids: ['BTC-USD'] }] },
    ]);
  });

  it('in messages spaced by the limit of the venue, a ping included', () => {
    const symbols = Array.from({ length: 512 }, (_, index) => `C${index}/USDT`);
    const { transport, pass } = adapterHarness({ symbols, config: { pingIntervalMs: 1_000 } });
    const socket = transport.latest.opens();
    const perSecond = [];
    for (let second = 0, seen = 0; second < 4; second += 1) {
      pass(999);
      perSecond.push(socket.sent.length + socket.pings.length - seen);
      seen = socket.sent.length + socket.pings.length;
      pass(1);
    }
    expect(socket.sent).toHaveLength(6);
    expect(Math.max(...perSecond)).toBeLessThanOrEqual(5);
  });
});

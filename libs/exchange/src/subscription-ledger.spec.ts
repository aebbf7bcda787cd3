import type { Topic } from '@neuraltrade/venues';
import { SubscriptionLedger } from './subscription-ledger';

const trades: Topic = { purpose: 'trades', symbol: 'BTC/USDT' };
const quotes: Topic = { purpose: 'quotes', symbol: 'BTC/USDT' };
const others: Topic = { purpose: 'trades', symbol: 'ETH/USDT' };
const frame = (requestId: string | null, ...topics: Topic[]) => ({ text: '', requestId, topics });

describe('the subscription ledger', () => {
  it('counts a topic as answered once, by its request or by its name', () => {
    const ledger = new SubscriptionLedger([trades, quotes, others], 5_000);
    ledger.sent(frame('1', trades, quotes), 0);
    ledger.sent(frame('2', others), 0);
    expect(ledger.pending).toBe(3);
    ledger.acked({ requestId: '1', topics: null });
    ledger.acked({ requestId: null, topics: [quotes] });
    expect(ledger.unanswered()).toEqual([others]);
    expect(ledger.pending).toBe(1);
    expect(ledger.tradesLive('BTC/USDT')).toBe(true);
    expect(ledger.tradesLive('ETH/USDT')).toBe(false);
  });

  it('takes a refusal that names nothing for the only request that waits, and guesses nothing among several', () => {
    const ledger = new SubscriptionLedger([trades, others], 5_000);
    ledger.sent(frame('1', trades), 0);
    ledger.sent(frame('2', others), 0);
    expect(ledger.refused({ requestId: null, topics: null }, 'no', 0)).toEqual([]);
    ledger.acked({ requestId: '1', topics: null });
    expect(ledger.refused({ requestId: null, topics: null }, 'no', 0)).toEqual([others]);
    expect(ledger.refusals()).toEqual([{ topic: others, reason: 'no' }]);
    expect(ledger.pending).toBe(0);
  });

  it('takes a refusal that names a symbol and a request, but no channel, for the topics of that request alone', () => {
    const ledger = new SubscriptionLedger([trades, quotes], 5_000);
    ledger.sent(frame('1', trades), 0);
    ledger.sent(frame('2', quotes), 0);
    expect(ledger.refused({ requestId: '2', topics: [trades, quotes] }, 'no', 0)).toEqual([quotes]);
    expect(ledger.unanswered()).toEqual([trades]);
  });

  it('takes a refusal that names a symbol and a request for the topics of that request', () => {
    const ledger = new SubscriptionLedger([trades, quotes], 5_000);
    ledger.sent(frame('1', trades), 0);
    ledger.sent(frame('2', quotes), 0);
    expect(ledger.refused({ requestId: '2', topics: [trades, quotes] }, 'no', 0)).toEqual([quotes]);
    expect(ledger.unanswered()).toEqual([trades]);
  });

  it('does not let a refusal undo what is live', () => {
    const ledger = new SubscriptionLedger([trades, quotes], 5_000);
    ledger.sent(frame(null, trades, quotes), 0);
    ledger.data('trades', 'BTC/USDT');
    expect(ledger.refused({ requestId: null, topics: [trades, quotes] }, 'no', 0)).toEqual([quotes]);
  });

  it('asks again for what is overdue, but not for what could not be read meanwhile', () => {
    const ledger = new SubscriptionLedger([trades, quotes], 5_000);
    expect(ledger.due(0)).toEqual([[trades, quotes]]);
    ledger.sent(frame('1', trades, quotes), 100);
    ledger.acked({ requestId: null, topics: [quotes] });
    expect(ledger.due(5_099)).toEqual([]);
    expect(ledger.due(5_100)).toEqual([[trades]]);
    ledger.excuse(200);
    expect(ledger.due(5_199)).toEqual([]);
  });

  it('asks again for a refused topic, alone and later each time, and believes data of it', () => {
    const ledger = new SubscriptionLedger([trades, others], 5_000);
    ledger.sent(frame('1', trades, others), 0);
    const no = { requestId: '1', topics: [trades] };
    expect(ledger.refused(no, 'no', 0)).toEqual([trades]);
    ledger.acked({ requestId: null, topics: [others] });
    const waits: number[] = [];
    for (let asked = 0; waits.length < 10;) {
      let now = asked;
      while (ledger.due(now).length === 0 && now < asked + 1e6) now += 1_000;
      expect(ledger.due(now)).toEqual([[trades]]);
      waits.push((now - asked) / 1_000);
      asked = now;
      ledger.sent(frame('1', trades), now);
      expect(ledger.refusals()).toHaveLength(1);
      expect(ledger.refused(no, 'no', now)).toEqual([trades]);
    }
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 320, 600, 600, 600]);
    ledger.data('trades', 'BTC/USDT');
    expect(ledger.refusals()).toEqual([]);
    expect(ledger.due(1e9)).toEqual([]);
  });

  it('asks at once for the halves of a request that is refused as a whole, until the bad topic stands alone', () => {
    const topics = Array.from({ length: 10 }, (_, at): Topic => ({
      purpose: 'trades',
      symbol: `C${at}/USDT`,
    }));
    const ledger = new SubscriptionLedger(topics, 5_000);
    let requests = 0;
    for (let lists = ledger.due(0); lists.length > 0; lists = ledger.due(0)) {
      for (const list of lists) {
        requests += 1;
        ledger.sent(frame(String(requests), ...list), 0);
        const answer = { requestId: String(requests), topics: null };
        if (list.some(({ symbol }) => symbol === 'C7/USDT')) ledger.refused(answer, 'no', 0);
        else ledger.acked(answer);
      }
    }
    expect(ledger.refusals().map(({ topic }) => topic.symbol)).toEqual(['C7/USDT']);
    expect(ledger.pending).toBe(0);
    expect(requests).toBeLessThanOrEqual(9);
  });

  it('asks again for two refused topics in requests of their own: one of them may be fine by then', () => {
    const ledger = new SubscriptionLedger([trades, quotes], 5_000);
    ledger.sent(frame('1', trades, quotes), 0);
    ledger.refused({ requestId: '1', topics: [trades, quotes] }, 'no', 0);
    expect(ledger.due(5_000)).toEqual([[trades], [quotes]]);
  });

  it('asks soon for the neighbours of a topic that is refused by name', () => {
    const ledger = new SubscriptionLedger([trades, quotes, others], 5_000);
    ledger.sent(frame('1', trades, quotes), 0);
    ledger.sent(frame('2', others), 0);
    ledger.refused({ requestId: null, topics: [trades] }, 'no', 0);
    expect(ledger.due(999)).toEqual([]);
    expect(ledger.due(1_000)).toEqual([[quotes]]);
  });

  it('asks in smaller company after a refusal that may mean any of several requests', () => {
    const ledger = new SubscriptionLedger([trades, others], 5_000);
    ledger.sent(frame('1', trades), 0);
    ledger.sent(frame('2', others), 0);
    ledger.refused({ requestId: null, topics: null }, 'no', 0);
    expect(ledger.due(5_000)).toEqual([[trades], [others]]);
  });

  it('forgets what is no longer wanted and adds what is', () => {
    const ledger = new SubscriptionLedger([trades, quotes], 5_000);
    ledger.acked({ requestId: null, topics: [trades] });
    ledger.remove([trades, quotes]);
    expect(ledger.pending).toBe(0);
    expect(ledger.tradesLive('BTC/USDT')).toBe(false);
    ledger.add([trades, others]);
    expect(ledger.due(0)).toEqual([[trades, others]]);
  });
});

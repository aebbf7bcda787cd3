import type { Topic } from '@neuraltrade/venues';
import { SubscriptionLedger } from './subscription-ledger';

const trades: Topic = { purpose: 'trades', symbol: 'BTC/USDT' };
const quotes: Topic = { purpose: 'quotes', symbol: 'BTC/USDT' };
const others: Topic = { purpose: 'trades', symbol: 'ETH/USDT' };
const frame = (requestId: string | null, ...topics: Topic[]) => ({ text: '', requestId, topics });

describe('the subscription ledger', () => {
  it('counts a topic as answered once, by its request or by its name', () => {
    const ledger = new SubscriptionLedger([trades, quotes, others]);
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
    const ledger = new SubscriptionLedger([trades, others]);
    ledger.sent(frame('1', trades), 0);
    ledger.sent(frame('2', others), 0);
    expect(ledger.refused({ requestId: null, topics: null }, 'no')).toEqual([]);
    ledger.acked({ requestId: '1', topics: null });
    expect(ledger.refused({ requestId: null, topics: null }, 'no')).toEqual([others]);
    expect(ledger.refusals()).toEqual([{ topic: others, reason: 'no' }]);
    expect(ledger.pending).toBe(0);
  });

  it('takes a refusal that names a symbol and a request, but no channel, for the topics of that request alone', () => {
    const ledger = new SubscriptionLedger([trades, quotes]);
    ledger.sent(frame('1', trades), 0);
    ledger.sent(frame('2', quotes), 0);
    expect(ledger.refused({ requestId: '2', topics: [trades, quotes] }, 'no')).toEqual([quotes]);
    expect(ledger.unanswered()).toEqual([trades]);
  });

  it('takes a refusal that names a symbol and a request for the topics of that request', () => {
    const ledger = new SubscriptionLedger([trades, quotes]);
    ledger.sent(frame('1', trades), 0);
    ledger.sent(frame('2', quotes), 0);
    expect(ledger.refused({ requestId: '2', topics: [trades, quotes] }, 'no')).toEqual([quotes]);
    expect(ledger.unanswered()).toEqual([trades]);
  });

  it('does not let a refusal undo what is live', () => {
    const ledger = new SubscriptionLedger([trades, quotes]);
    ledger.sent(frame(null, trades, quotes), 0);
    ledger.data('trades', 'BTC/USDT');
    expect(ledger.refused({ requestId: null, topics: [trades, quotes] }, 'no')).toEqual([quotes]);
  });

  it('names what is overdue, but not what could not be read meanwhile', () => {
    const ledger = new SubscriptionLedger([trades, quotes]);
    ledger.sent(frame('1', trades), 100);
    expect(ledger.overdue(99)).toEqual([]);
    expect(ledger.overdue(100)).toEqual([trades]);
    ledger.excuse(200);
    expect(ledger.overdue(199)).toEqual([]);
  });
});

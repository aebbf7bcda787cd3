import { trimmedDecimal } from '../market/decimal-text';
import type { Instrument } from '../market/instrument';
import { milliseconds } from '../server/timestamps';
import { tradeId } from './frames';

/** Most trades that can be asked for: what is older cannot be had. */
export const MAX_RECENT_TRADES = 60;

/** The newest trades, newest first. All trades of one taker order have its sequence, as on the stream. */
export function recentTradeRows(instrument: Instrument, limit: number): object[] {
  const { native, priceDecimals, sizeDecimals } = instrument.listing;
  let [orderUs, sequence] = [-1, 0];
  return instrument.recent
    .last(limit)
    .reverse()
    .map((trade) => {
      if (trade.timeUs !== orderUs) [orderUs, sequence] = [trade.timeUs, trade.sequence];
      return {
        execId: tradeId(instrument, trade),
        symbol: native,
        price: trimmedDecimal(trade.price, priceDecimals),
        size: trimmedDecimal(trade.size, sizeDecimals),
        side: trade.takerBuys ? 'Buy' : 'Sell',
        time: String(milliseconds(trade.timeUs)),
        isBlockTrade: false,
        isRPITrade: false,
        seq: String(sequence),
      };
    });
}

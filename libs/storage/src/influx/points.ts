import type { Candle, Gap, MlSignal, ProcessedTick, SignalOutcome } from '@neuraltrade/contracts';
import { PermanentError } from '@neuraltrade/contracts';
import { booleanField, floatField, integerField, nanoseconds, stringField, tagValue } from './line-protocol';

const TRADE_ID = /^\d{1,40}$/;
const SLOTS = 1_000_000;

/** What from_id and to_id hold where there is no id: text that no id can be. */
export const NO_ID = 'none';

/** BASE/QUOTE as a tag spells it: 'BTC_USDT'. */
export function symbolTag(symbol: string): string {
  return symbol.replace('/', '_');
}

/** The symbol that a tag spells. */
export function symbolOfTag(tag: string): string {
  return tag.replace('_', '/');
}

/**
 * A tick as a point. The last six digits of the trade id stand behind the millisecond, so that trades of one millisecond stay
 * apart and a repeat takes the place of its first copy. @throws PermanentError naming the value that cannot be stored.
 */
export function tickLine(tick: ProcessedTick): string {
  const { tradeId } = tick;
  if (!TRADE_ID.test(tradeId)) {
    throw new PermanentError(
      'store-refused',
      `The trade id ${JSON.stringify(tradeId)} is not digits: not stored.`,
    );
  }
  return (
    `market_ticks,exchange=${tick.exchange},service=ingestion,symbol=${symbolTag(tick.symbol)} ` +
    `bid=${floatField(tick.bid)},ask=${floatField(tick.ask)},last=${floatField(tick.last)},` +
    `mid=${floatField(tick.mid)},spread=${floatField(tick.spread)},spread_bps=${floatField(tick.spreadBps)},` +
    `volume=${floatField(tick.volume)},trade_id="${tradeId}",taker_side=${stringField(tick.takerSide)},` +
    `quoted=${booleanField(tick.quoted)},backfilled=${booleanField(tick.backfilled)},` +
    `received_at=${integerField(tick.receivedAt)},quoted_at=${integerField(tick.quotedAt ?? 0)} ` +
    nanoseconds(tick.timestamp, tradeId.slice(-6))
  );
}

/** A candle as a point at its open time. @throws PermanentError naming the value that cannot be stored. */
export function candleLine(candle: Candle): string {
  return (
    `market_ohlcv,exchange=${candle.exchange},service=ingestion,symbol=${symbolTag(candle.symbol)},` +
    `timeframe=${tagValue(candle.timeframe)} ` +
    `open=${floatField(candle.open)},high=${floatField(candle.high)},low=${floatField(candle.low)},` +
    `close=${floatField(candle.close)},volume=${floatField(candle.volume)},vwap=${floatField(candle.vwap)},` +
    `trades=${integerField(candle.trades)},revision=${integerField(candle.revision)},` +
    `epoch=${integerField(candle.epoch)},complete=${booleanField(candle.complete)} ` +
    nanoseconds(candle.timestamp, '')
  );
}

/**
 * A gap as a point. A hash of its id stands behind the millisecond in which it begins, so that a later status takes the place
 * of the earlier one. @throws PermanentError naming the value that cannot be stored.
 */
export function gapLine(gap: Gap): string {
  return (
    `market_gaps,exchange=${gap.exchange},service=ingestion,symbol=${symbolTag(gap.symbol)} ` +
    `gap_id=${stringField(gap.gapId)},from_id=${stringField(gap.afterTradeId ?? NO_ID)},` +
    `to_id=${stringField(gap.beforeTradeId ?? NO_ID)},status=${stringField(gap.status)},` +
    `cause=${stringField(gap.cause)},from=${integerField(gap.fromTimestamp)},` +
    `to=${integerField(gap.toTimestamp ?? 0)},missing=${integerField(gap.missing ?? -1)} ` +
    nanoseconds(gap.fromTimestamp, slotOf(gap.gapId))
  );
}

/**
 * A signal as a point. A hash of model version and timeframe stands behind its millisecond, so that the models that judge one
 * candle stay apart. @throws PermanentError naming the value that cannot be stored.
 */
export function signalLine(signal: MlSignal): string {
  return (
    `ml_signals,exchange=${signal.exchange},risk_level=${tagValue(signal.riskLevel)},service=ingestion,` +
    `signal=${tagValue(signal.signalType)},symbol=${symbolTag(signal.symbol)} ` +
    `confidence=${floatField(signal.confidence)},prob_buy=${floatField(signal.probBuy)},` +
    `prob_hold=${floatField(signal.probHold)},prob_sell=${floatField(signal.probSell)},` +
    `risk_score=${floatField(signal.riskScore)},inference_time_ms=${floatField(signal.inferenceTimeMs)},` +
    `model_version=${stringField(signal.modelVersion)},timeframe=${stringField(signal.timeframe)} ` +
    nanoseconds(signal.timestamp, slotOf(`${signal.timeframe} ${signal.modelVersion}`))
  );
}

/**
 * An outcome as a point, at the time of its signal's. Figures that are null are written as 0: `status` unjudged says that they
 * are none. @throws PermanentError naming the value that cannot be stored.
 */
export function outcomeLine(outcome: SignalOutcome): string {
  return (
    `signal_outcomes,exchange=${outcome.exchange},service=ingestion,signal=${tagValue(outcome.signalType)},` +
    `symbol=${symbolTag(outcome.symbol)} ` +
    `status=${stringField(outcome.status)},model_version=${stringField(outcome.modelVersion)},` +
    `timeframe=${stringField(outcome.timeframe)},horizon=${integerField(outcome.horizonTimestamp)},` +
    `entry_price=${floatField(outcome.entryPrice ?? 0)},exit_price=${floatField(outcome.exitPrice ?? 0)},` +
    `return_bps=${floatField(outcome.returnBps ?? 0)},max_adverse_bps=${floatField(outcome.maxAdverseBps ?? 0)},` +
    `max_favourable_bps=${floatField(outcome.maxFavourableBps ?? 0)} ` +
    nanoseconds(outcome.timestamp, slotOf(`${outcome.timeframe} ${outcome.modelVersion}`))
  );
}

/** FNV-1a, 32 bit, of the UTF-8 text, modulo a million. */
function slotOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193);
  return String((hash >>> 0) % SLOTS);
}

import {
  type Candle,
  candleKey,
  type Gap,
  openTime,
  type ParkReason,
  type RawTick,
  rawTickFault,
  timeframeMs,
} from '@neuraltrade/contracts';
import {
  createProcessing,
  type Processing,
  type ProcessingConfig,
  type ProcessingOutputs,
} from '@neuraltrade/processing';
import type { TextLine } from '@neuraltrade/service';

/** Trade lines in, candles out: the processor's rules over one file. Holds the newest revision of every candle. */
export class Aggregation {
  private readonly processing: Processing;
  private readonly outputs: ProcessingOutputs;
  private readonly candles = new Map<string, Candle>();
  private readonly refused = new Map<string, number>();
  private readonly record: RawTick[] = [];
  private lines = 0;
  private lineNumber = 0;
  private neededHorizonMs = 0;

  /**
   * @param config timeframes and time limits.
   * @param complain takes a sentence about one line.
   */
  constructor(
    private readonly config: ProcessingConfig,
    private readonly complain: (sentence: string) => void,
  ) {
    this.processing = createProcessing(config, 0);
    this.outputs = {
      tick: () => {},
      candle: (candle) => void this.candles.set(candleKey(candle), candle),
      gap: (gap) => this.noteUnmerged(gap),
      refuse: (_, reason, detail) => this.refuse(reason, detail),
    };
  }

  /** Takes one line; blank ones are passed over. */
  add({ number, text }: TextLine): void {
    this.lineNumber = number;
    if (text !== null && text.trim() === '') return;
    this.lines++;
    if (text === null) return this.refuse('malformed', 'It is too long for a trade.');
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return this.refuse('malformed', 'It is not JSON.');
    }
    const fault = rawTickFault(value);
    if (fault !== null) return this.refuse('malformed', `It is no RawTick: ${fault}.`);
    this.record[0] = value as RawTick;
    this.processing.apply(this.record, this.outputs);
  }

  /** Closes every candle and gives them in order, each in its highest revision. */
  finish(): Candle[] {
    this.processing.finish(this.outputs);
    return [...this.candles.values()].map((candle) => ({ ...candle, state: 'final' as const })).sort(inOrder);
  }

  /** The counts as sentences: what was read, repeated, late and refused. */
  summary(): string[] {
    const total = { trades: 0, same: 0, conflict: 0, revised: 0, unmerged: 0 };
    for (const { trades, repeated, late } of this.processing.counters.values()) {
      total.trades += trades;
      total.same += repeated.same;
      total.conflict += repeated.conflict;
      total.revised += late.revised;
      total.unmerged += late.unmerged;
    }
    const reasons = [...this.refused].sort().map(([reason, count]) => `${reason} ${count}`);
    const refused = [...this.refused.values()].reduce((sum, count) => sum + count, 0);
    const sentences = [
      `lines: ${this.lines}`,
      `trades: ${total.trades} in ${this.candles.size} candles`,
      `duplicates: ${total.same + total.conflict} (same ${total.same}, conflict ${total.conflict})`,
      `late: ${total.revised + total.unmerged} (revised ${total.revised}, unmerged ${total.unmerged})`,
      `refused: ${refused}${refused > 0 ? ` (${reasons.join(', ')})` : ''}`,
    ];
    if (total.unmerged > 0) {
      sentences.push(
        `${total.unmerged} late trades are missing in candles, which say complete=false; --horizon-ms ${this.neededHorizonMs} merges them.`,
      );
    }
    return sentences;
  }

  /** A trade is in no candle, or not in all: what the store does with such a gap is done here, to what is printed. */
  private noteUnmerged({ exchange, symbol, fromTimestamp }: Gap): void {
    const watermark = this.processing.watermarks().get(`${exchange}:${symbol}`) ?? fromTimestamp;
    for (const timeframe of this.config.timeframes) {
      const lengthMs = timeframeMs(timeframe) as number;
      const timestamp = openTime(fromTimestamp, lengthMs);
      this.neededHorizonMs = Math.max(this.neededHorizonMs, watermark - (timestamp + lengthMs));
      const key = candleKey({ exchange, symbol, timeframe, timestamp });
      const candle = this.candles.get(key);
      if (candle?.complete) this.candles.set(key, { ...candle, complete: false });
    }
  }

  private refuse(reason: ParkReason, detail: string): void {
    this.refused.set(reason, (this.refused.get(reason) ?? 0) + 1);
    this.complain(`line ${this.lineNumber} refused (${reason}): ${detail}`);
  }
}

function inOrder(a: Candle, b: Candle): number {
  return (
    compareText(a.exchange, b.exchange) ||
    compareText(a.symbol, b.symbol) ||
    (timeframeMs(a.timeframe) ?? 0) - (timeframeMs(b.timeframe) ?? 0) ||
    compareText(a.timeframe, b.timeframe) ||
    a.timestamp - b.timestamp
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

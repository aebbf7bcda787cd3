import type { Candle } from '@neuraltrade/contracts';
import type { WebSocket } from 'ws';
import { type CandleSeriesName, CLOSE_CODES } from '../page/protocol';
import { Backlog } from './backlog';
import type { ClientLimits } from './config';
import { candlesFrame, pricesFrame } from './frames';
import type { PriceEntry } from './latest-prices';
import { MessageBudget } from './message-budget';

const MAX_BACKLOG_CANDLES = 2_000;

/** Prices that changed, and the frame that says so to every client that keeps up. */
export interface PricesChange {
  /** The changed entries. */
  readonly entries: readonly PriceEntry[];
  /** The bytes, made when first asked for. */
  readonly frame: () => Buffer;
}

/** Candles of one series that changed, and the frame that says so to every client that keeps up. */
export interface SeriesChange {
  /** The newest of each interval. */
  readonly candles: readonly Candle[];
  /** The bytes, made when first asked for. */
  readonly frame: () => Buffer;
}

/**
 * One connected client. While it reads too slowly nothing more is queued for it: what changes goes to its backlog, which
 * grows with symbols, not with time. A client that stays behind, or whose waiting bytes would pass the cap, is cut.
 */
export class Client {
  /** Whether it has shown the token, or need not. */
  authorized = false;
  /** Whether it has answered the last ping. */
  alive = true;
  /** The series that it follows, by key. */
  readonly followed = new Map<string, CandleSeriesName>();
  private followsPrices = false;
  private readonly budget: MessageBudget;
  private backlog = new Backlog();
  private behindSince: number | null = null;
  private closed = false;

  /**
   * @param socket the open connection.
   * @param limits its bounds.
   * @param now our clock, ms.
   */
  constructor(
    private readonly socket: WebSocket,
    private readonly limits: ClientLimits,
    now: number,
  ) {
    this.budget = new MessageBudget(limits.messagesPerSecond, now);
  }

  /** Whether a message of it may be read now; a client over its budget is cut. */
  mayTalk(now: number): boolean {
    if (this.closed) return false;
    if (this.budget.take(now)) return true;
    this.cut(CLOSE_CODES.tooManyMessages, 'too many messages');
    return false;
  }

  /** Sends a frame; a client whose waiting bytes would pass the cap is cut instead. */
  send(frame: Buffer): void {
    if (this.closed) return;
    if (this.socket.bufferedAmount + frame.length > this.limits.maxWaitingBytes)
      return this.cut(CLOSE_CODES.tooSlow, 'too slow');
    this.socket.send(frame, { binary: false });
  }

  /** Follows prices, or stops doing so. */
  followPrices(wanted: boolean): void {
    this.followsPrices = wanted;
    if (!wanted) this.backlog.takePrices();
  }

  /** Stops following a series. */
  unfollow(series: string): void {
    this.followed.delete(series);
    this.backlog.takeCandles(series);
  }

  /** Sends what changed, or keeps it while the client is behind. */
  deliver(prices: PricesChange, changes: ReadonlyMap<string, SeriesChange>, now: number): void {
    const behind = this.isBehind(now);
    if (this.followsPrices) this.deliverPrices(prices, behind);
    for (const [series, name] of this.followed)
      this.deliverCandles(series, name, changes.get(series), behind);
    if (behind && this.backlog.candleCount() > MAX_BACKLOG_CANDLES) this.cut(CLOSE_CODES.tooSlow, 'too slow');
  }

  /** Whether it reads too slowly now; one that has done so for too long is cut. */
  isBehind(now: number): boolean {
    if (this.socket.bufferedAmount <= this.limits.maxWaitingBytes / 4) {
      this.behindSince = null;
      return false;
    }
    this.behindSince ??= now;
    if (now - this.behindSince > this.limits.maxBehindMs) this.cut(CLOSE_CODES.tooSlow, 'too slow');
    return true;
  }

  /** Asks for a pong; a client that owes one since the last time is gone, and its connection is dropped. */
  ping(): void {
    if (!this.alive) return this.socket.terminate();
    this.alive = false;
    this.socket.ping();
  }

  /** Closes with a code; nothing more is sent or read. */
  cut(code: number, reason: string): void {
    if (this.closed) return;
    this.closed = true;
    this.backlog = new Backlog();
    this.socket.close(code, reason);
  }

  private deliverPrices({ entries, frame }: PricesChange, behind: boolean): void {
    if (!behind && !this.backlog.hasPrices()) {
      if (entries.length > 0) this.send(frame());
      return;
    }
    this.backlog.addPrices(entries);
    if (!behind) this.send(pricesFrame(this.backlog.takePrices(), false));
  }

  private deliverCandles(
    series: string,
    name: CandleSeriesName,
    change: SeriesChange | undefined,
    behind: boolean,
  ): void {
    if (!behind && !this.backlog.hasCandles(series)) {
      if (change !== undefined) this.send(change.frame());
      return;
    }
    if (change !== undefined) this.backlog.addCandles(series, change.candles);
    if (!behind) this.send(candlesFrame(name, this.backlog.takeCandles(series), false));
  }
}

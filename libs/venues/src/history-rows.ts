import { compareTradeIds, PermanentError } from '@neuraltrade/contracts';
import type { InvalidEvent, TradeEvent } from './events';
import { shown } from './json-value';
import { readJson } from './read-json';

/** The trades of REST rows in ascending id order, and how many rows could not be read. */
export interface HistoryRows {
  /** Ascending ids. */
  readonly trades: TradeEvent[];
  /** Rows that could not be read. */
  readonly refused: number;
}

/** Decodes the rows of one answer. `decodeRow` must not throw. */
export function historyRows(
  rows: readonly unknown[],
  decodeRow: (row: unknown) => TradeEvent | InvalidEvent,
): HistoryRows {
  const trades: TradeEvent[] = [];
  for (const row of rows) {
    const event = decodeRow(row);
    if (event.type === 'trade') trades.push(event);
  }
  trades.sort((a, b) => compareTradeIds(a.tradeId, b.tradeId));
  return { trades, refused: rows.length - trades.length };
}

/** The parsed answer. @throws PermanentError when it is no JSON. */
export function restJson(venue: string, what: string, body: string): unknown {
  const value = readJson(body);
  if (value === undefined) throw unreadable(venue, what, 'the answer is no JSON');
  return value;
}

/** The error for an answer that is not what was asked for. */
export function unreadable(venue: string, what: string, fault: unknown): PermanentError {
  const detail = typeof fault === 'string' ? fault.slice(0, 200) : shown(fault);
  return new PermanentError('malformed', `${venue} did not answer with its ${what}: ${detail}.`);
}

import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import type { RawTick } from '@neuraltrade/contracts';
import type { TickSymbol } from '../tick-history';
import { TICK_ORDER } from './tick-order';

/** BIGINT would come as bigint, one object a value. */
const COLUMNS = `timestamp::DOUBLE AS timestamp, trade_id, bid, ask, last, volume, taker_side,
  received_at::DOUBLE AS received_at, quoted, quoted_at::DOUBLE AS quoted_at, backfilled, inexact, price_text, volume_text`;

/**
 * Hands out the rows of a statement as ticks of one symbol, in order.
 * @param rowsSql gives the columns of the ticks table but for venue and symbol.
 * @param goOn called before each batch; throws to end it.
 */
export async function streamTicks(
  connection: DuckDBConnection,
  rowsSql: string,
  symbol: TickSymbol,
  take: (ticks: readonly RawTick[]) => void | Promise<void>,
  goOn: () => void = () => undefined,
): Promise<void> {
  const result = await connection.stream(`SELECT ${COLUMNS} FROM (${rowsSql}) ${TICK_ORDER}`);
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    goOn();
    const taken = take(ticksOf(chunk, symbol));
    if (taken !== undefined) await taken;
  }
}

/** The columns in the order of COLUMNS. */
type TickColumns = [
  timestamp: number[],
  tradeId: string[],
  bid: number[],
  ask: number[],
  last: number[],
  volume: number[],
  takerSide: RawTick['takerSide'][],
  receivedAt: number[],
  quoted: boolean[],
  quotedAt: (number | null)[],
  backfilled: boolean[],
  inexact: boolean[],
  priceText: (string | null)[],
  volumeText: (string | null)[],
];

function ticksOf(chunk: DuckDBDataChunk, { exchange, symbol }: TickSymbol): RawTick[] {
  const [
    timestamp,
    tradeId,
    bid,
    ask,
    last,
    volume,
    takerSide,
    receivedAt,
    quoted,
    quotedAt,
    backfilled,
    inexact,
    priceText,
    volumeText,
  ] = chunk.getColumns() as TickColumns;
  return timestamp.map((at, row) => {
    const tick: RawTick = {
      exchange,
      symbol,
      bid: bid[row] as number,
      ask: ask[row] as number,
      last: last[row] as number,
      volume: volume[row] as number,
      timestamp: at,
      tradeId: tradeId[row] as string,
      takerSide: takerSide[row] as RawTick['takerSide'],
      receivedAt: receivedAt[row] as number,
      quoted: quoted[row] as boolean,
      quotedAt: quotedAt[row] as number | null,
      backfilled: backfilled[row] as boolean,
    };
    if (inexact[row] === true) tick.inexact = true;
    const [price, size] = [priceText[row], volumeText[row]];
    if (typeof price === 'string') tick.priceText = price;
    if (typeof size === 'string') tick.volumeText = size;
    return tick;
  });
}

import type { InjectedFault } from './gap-accounts';
import { type ScratchDatabase, sqlText } from './scratch-database';

/** What the log tells of faults. */
export interface LoggedFaults {
  /** Every one of its lines about faults. */
  readonly faults: readonly InjectedFault[];
  /** How many commands were carried out, by the fault's name. */
  readonly counts: ReadonlyMap<string, number>;
}

/**
 * Reads the simulator's log into the table `told`: every trade that a client was sent or served.
 * @param file NDJSON of trades and faults.
 * @throws Error when a line cannot be read: then the log is no truth.
 */
export async function loadTruth(database: ScratchDatabase, file: string): Promise<LoggedFaults> {
  await database.run(`
    CREATE VIEW truth_lines AS FROM read_json(${sqlText(file)}, format = 'newline_delimited', columns = {
      exchange: 'VARCHAR', symbol: 'VARCHAR', tradeId: 'VARCHAR', price: 'VARCHAR', size: 'VARCHAR',
      takerSide: 'VARCHAR', "timestamp": 'BIGINT', via: 'VARCHAR',
      fault: 'VARCHAR', id: 'BIGINT', "at": 'BIGINT', "until": 'BIGINT'})`);
  await database.run(`
    CREATE TABLE told AS
    SELECT DISTINCT ON (exchange, symbol, trade_id) exchange, symbol, tradeId AS trade_id, price::DOUBLE AS price,
      size::DOUBLE AS size, takerSide AS taker_side, "timestamp", via
    FROM truth_lines WHERE fault IS NULL`);
  const lines = await database.rows(`
    SELECT fault, exchange, "at"::DOUBLE AS begun, greatest("at", coalesce("until", "at"))::DOUBLE AS ended
    FROM truth_lines WHERE fault IS NOT NULL ORDER BY "at"`);
  // One command may show its effect more than once.
  const commands = await database.rows(`
    SELECT fault, count(DISTINCT coalesce(id::VARCHAR, exchange || "at"))::INTEGER AS commands
    FROM truth_lines WHERE fault IS NOT NULL GROUP BY fault`);
  return {
    faults: lines.map(({ fault, exchange, begun, ended }) => ({
      name: fault as string,
      exchange: exchange as string | null,
      from: begun as number,
      to: ended as number,
    })),
    counts: new Map(commands.map(({ fault, commands: count }) => [fault as string, count as number])),
  };
}

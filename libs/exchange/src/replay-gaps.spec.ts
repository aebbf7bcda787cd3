import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Gap, isClock, isGap, type RawTick } from '@neuraltrade/contracts';
import { venues } from '@neuraltrade/venues';
import { createMetrics } from '@neuraltrade/metrics';
import type { AdapterOutput } from './adapter-output';
import { readCaptures, type ReplayVenue } from './capture-sessions';
import { createExchangeAdapter } from './exchange-adapter';
import { replaySession } from './replay-session';
import { keptLog } from './testing/adapter-harness';

const FOLDER = resolve(__dirname, '../../../../shared/data/frames');
const files = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => name.endsWith('.jsonl')) : [];
const recorded =
  files.length > 0 ? it.each(files) : it.skip.each(['no recorded frames beside the repository']);

describe('recorded frames', () => {
  recorded('of %s open no gap but where ids jump', async (name) => {
    const symbols = ['BTC/USDT', 'ETH/USDT', 'SOL/USDT', 'BTC/USD', 'ETH/USD', 'SOL/USD'];
    const replayed: ReplayVenue[] = venues.map((venue) => ({ venue, symbols }));
    const { sessions } = await readCaptures([join(FOLDER, name)], replayed);
    let trades = 0;
    for (const session of sessions) {
      const records: (RawTick | Gap)[] = [];
      const output: AdapterOutput = {
        tick: (tick) => records.push(tick) > 0,
        backfill: () => false,
        gap: (gap) => void records.push(gap),
        clock: () => undefined,
      };
      await replaySession(session, {
        venues: replayed,
        createFeed: ({ venue }, transport, timers) => ({
          drain: () => Promise.resolve(),
          adapter: createExchangeAdapter({
            ...{ venue, symbols, transport, timers, output, rest: null },
            ...{ random: () => 0, metrics: createMetrics(), log: keptLog() },
            config: {
              webSocketUrl: venue.webSocketUrl,
              partitions: 1,
              quoteMaxAgeMs: null,
              assumeSubscribed: true,
              ackTimeoutMs: Infinity,
              pingIntervalMs: null,
              pingTimeoutMs: 1_000,
              silenceLimitMs: null,
              pauseMaxMs: Infinity,
              reconnectBaseMs: 1_000,
              reconnectMaxMs: 1_000,
              gapHoldMs: 60_000,
              backfillMs: 60_000,
              bufferMaxTicks: 1_000,
            },
          }),
        }),
      });
      trades += records.filter((record) => !isGap(record)).length;
      const gaps = records.filter(isGap);
      const jumps = new Map<string, bigint>();
      let jumped = 0;
      for (const record of records) {
        if (isGap(record) || isClock(record)) continue;
        const key = `${record.exchange} ${record.symbol}`;
        const last = jumps.get(key);
        const id = BigInt(record.tradeId);
        const consecutive = venues.find((venue) => venue.name === record.exchange)?.consecutiveTradeIds;
        if (consecutive === true && last !== undefined && id > last + 1n) jumped += 1;
        if (last === undefined || id > last) jumps.set(key, id);
      }
      expect(gaps.filter(({ status }) => status === 'open')).toHaveLength(jumped);
      expect(gaps.filter(({ status }) => status === 'unfillable')).toHaveLength(jumped);
      expect(gaps.every(({ cause }) => cause === 'sequence')).toBe(true);
    }
    expect(trades).toBeGreaterThan(0);
  });
});

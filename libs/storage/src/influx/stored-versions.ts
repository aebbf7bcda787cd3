import { type Candle, candleKey, type Gap, replaces } from '@neuraltrade/contracts';
import closedGaps from '../../../../queries/closed_gaps.flux';
import storedRevisions from '../../../../queries/stored_revisions.flux';
import { timeSpans } from '../time-spans';
import { fluxQuery, instant } from './flux-query';
import { symbolOfTag } from './points';
import type { RunQuery } from './queries';

type Version = Pick<Candle, 'epoch' | 'revision'>;

/**
 * Of a batch the candles that replace what is stored: the largest (epoch, revision) of each. What is stored is read anew for
 * each batch, because a point that is written overwrites whatever there is, and other processes write too.
 */
export async function replacingCandles(
  run: RunQuery,
  bucket: string,
  candles: readonly Candle[],
): Promise<Candle[]> {
  const largest = new Map<string, Candle>();
  for (const candle of candles) {
    const key = candleKey(candle);
    const other = largest.get(key);
    if (other === undefined || replaces(candle, other)) largest.set(key, candle);
  }
  const stored = await storedVersions(run, bucket, candles);
  return [...largest].flatMap(([key, candle]) => {
    const current = stored.get(key);
    return current === undefined || replaces(candle, current) ? [candle] : [];
  });
}

async function storedVersions(
  run: RunQuery,
  bucket: string,
  candles: readonly Candle[],
): Promise<Map<string, Version>> {
  const versions = new Map<string, { epoch: number; revision: number }>();
  for (const { from, to } of timeSpans(candles.map(({ timestamp }) => timestamp))) {
    const names = { bucket, since: instant(from), until: instant(to + 1) };
    await run(fluxQuery(storedRevisions, names), (row) => {
      const key = candleKey({
        exchange: row('exchange'),
        symbol: symbolOfTag(row('symbol')),
        timeframe: row('timeframe'),
        timestamp: Number(row('timestamp')),
      });
      let version = versions.get(key);
      if (version === undefined) versions.set(key, (version = { epoch: -1, revision: -1 }));
      version[row('_field') as keyof Version] = Number(row('_value'));
    });
  }
  return versions;
}

/** Of a batch the latest status of each gap, but no open one that is stored as closed: a closed gap never opens again. */
export async function replacingGaps(run: RunQuery, bucket: string, gaps: readonly Gap[]): Promise<Gap[]> {
  const latest = new Map<string, Gap>();
  for (const gap of gaps) {
    const other = latest.get(gap.gapId);
    if (other === undefined || gap.status !== 'open' || other.status === 'open') latest.set(gap.gapId, gap);
  }
  const open = [...latest.values()].filter(({ status }) => status === 'open');
  for (const { from, to } of timeSpans(open.map(({ fromTimestamp }) => fromTimestamp))) {
    const names = { bucket, since: instant(from), until: instant(to + 1) };
    await run(fluxQuery(closedGaps, names), (row) => {
      if (latest.get(row('gap_id'))?.status === 'open') latest.delete(row('gap_id'));
    });
  }
  return [...latest.values()];
}

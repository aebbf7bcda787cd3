import type { VenueSimulator } from '@neuraltrade/venue-simulator';
import { eventually, getJson } from './standalone-process';

/** What is looked at of /api/pipeline. */
interface Pipeline {
  readonly openGaps: number;
  readonly watermarkLagMs: number | null;
  readonly components: readonly { readonly component: string; readonly timestamp: number }[];
}

/**
 * Faults on every venue at once, and then a market at rest until every gap is closed.
 * @param url the dashboard of the pipeline that is connected to the venues.
 */
export async function befall(simulator: VenueSimulator, url: string): Promise<void> {
  const { faults } = simulator;
  const trades = (): number => simulator.statistics().trades;
  const after = (count: number): Promise<true> => {
    const until = trades() + count;
    return eventually(() => (trades() >= until ? true : undefined), `${count} more trades`);
  };
  await after(300);
  faults.dropTrades('binance', 'BTC/USDT', 3);
  faults.duplicateFrames('kraken', 'BTC/USD', 3);
  faults.swapFrames('bybit', 'BTC/USDT');
  faults.rest('binance', { status: 429, forMs: 1_500, retryAfter: '1' });
  await after(300);
  simulator.cutClients('kraken');
  simulator.cutClients('bybit');
  faults.sendGarbage('coinbase');
  faults.dropTrades('coinbase', 'BTC/USD', 2);
  await after(400);
  faults.refuseSubscriptions('binance', 1);
  simulator.cutClients('binance');
  await after(400);
  simulator.hold();
  const heldAt = Date.now();
  await eventually(
    async () => {
      const { body } = await getJson<Pipeline>(`${url}/api/pipeline`);
      const processor = body.components.find(({ component }) => component === 'processor');
      const watermark = (processor?.timestamp ?? 0) - (body.watermarkLagMs ?? Infinity);
      // Behind the last trade by more than the second of its candle: only then every candle that can close has closed.
      return body.openGaps === 0 && watermark > heldAt + 2_000 ? true : undefined;
    },
    'every gap and every candle to be closed',
    60_000,
  );
}

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, ServiceProcess } from '@neuraltrade/infra';
import { addressEnv, type TruthRecord, type VenueEndpoint } from '@neuraltrade/venue-simulator';

/** What to simulate. */
export interface SimulatedMarketOptions {
  /** Trades a second over all venues. */
  readonly tradesPerSecond: number;
  /** BASE/QUOTE. */
  readonly symbols: readonly string[];
}

/** The venue simulator as a process of its own, and what its truth log says. */
export class SimulatedMarket {
  readonly #scratch = mkdtempSync(join(tmpdir(), 'neuraltrade-market-'));
  readonly #truth = join(this.#scratch, 'truth.ndjson');
  readonly #process: ServiceProcess;
  #control = '';
  #venues: Readonly<Record<string, VenueEndpoint>> = {};

  /** Starts it. `tools/simulate` must have been bundled. */
  constructor({ tradesPerSecond, symbols }: SimulatedMarketOptions) {
    this.#process = new ServiceProcess('dist/tools/simulate/main.cjs', {}, [
      ...['--rate', String(tradesPerSecond), '--symbols', symbols.join(','), '--seed', '1'],
      ...['--history', '0s', '--truth', this.#truth],
    ]);
  }

  /** Waits until it listens. */
  async isReady(): Promise<void> {
    await eventually(
      () => this.#process.stdout.includes('\n'),
      () => `the simulator to listen: ${this.#process.stderr}`,
    );
    const { control, venues } = JSON.parse(this.#process.stdout) as {
      control: string;
      venues: Record<string, VenueEndpoint>;
    };
    [this.#control, this.#venues] = [control, venues];
  }

  /** The environment variables that point adapters at it. */
  get env(): Record<string, string> {
    return addressEnv(Object.entries(this.#venues));
  }

  /** Limits of the venues that clients broke, one sentence each. */
  async violations(): Promise<string[]> {
    const answer = await fetch(`${this.#control}/statistics`);
    const { violations } = (await answer.json()) as {
      violations: readonly { exchange: string; kind: string; count: number }[];
    };
    return violations.map(({ exchange, kind, count }) => `${exchange} ${kind} ${count}`);
  }

  /** Ends trading; clients stay and are served. */
  async hold(): Promise<void> {
    await fetch(`${this.#control}/hold`, { method: 'POST' });
  }

  /** Every trade that a client was sent or served so far. */
  told(): readonly TruthRecord[] {
    return readFileSync(this.#truth, 'utf8')
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.includes('"tradeId"'))
      .map((line) => JSON.parse(line) as TruthRecord);
  }

  /** Ends it and removes what it wrote. @returns its exit code. */
  async dispose(): Promise<number | null> {
    const code = await this.#process.stop();
    rmSync(this.#scratch, { recursive: true, force: true });
    return code;
  }
}

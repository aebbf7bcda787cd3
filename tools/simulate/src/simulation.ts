import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ExpectedError } from '@neuraltrade/service';
import {
  createFaultSchedule,
  FaultRunner,
  keepMarketFile,
  readMarketFile,
  startVenueSimulator,
  type VenueSimulator,
} from '@neuraltrade/venue-simulator';
import type { SimulationRequest } from './arguments';
import { startControlServer } from './control-server';

const MARKET_FILE = 'market.json';
const PROGRESS_MS = 10_000;
/** How often the schedule is looked at. */
const SCHEDULE_TURN_MS = 50;

/** A running simulation. */
export interface Simulation {
  /** The first line of standard output: where everything listens. */
  readonly addresses: unknown;
  /** Ends it in order: the market is saved and the truth log complete. @throws Error when one of them could not be written. */
  stop(): Promise<void>;
}

/**
 * Starts simulator, control interface and schedule.
 * @param say takes sentences for people.
 * @param requestStop is called when the run shall end.
 * @throws ExpectedError with a plain sentence when a setting, file or port cannot be used.
 */
export async function startSimulation(
  request: SimulationRequest,
  say: (sentence: string) => void,
  requestStop: () => void,
): Promise<Simulation> {
  const { dataDirectory } = request;
  const file = dataDirectory === null ? null : join(dataDirectory, MARKET_FILE);
  if (dataDirectory !== null) await asExpected(mkdir(dataDirectory, { recursive: true }));
  const { seed, tradesPerSecond, symbols, truthLog, historyMs } = request;
  const savedMarket = file === null ? null : await asExpected(readMarketFile(file));
  const simulator = await asExpected(
    startVenueSimulator({ seed, tradesPerSecond, symbols, truthLog, historyMs, savedMarket }),
  );
  const onSaveFault = (error: unknown): void => say(`The market could not be saved: ${sentenceOf(error)}`);
  const kept = file === null ? null : await asExpected(keepMarketFile(simulator, file, onSaveFault));
  const control = await startControlServer({
    port: request.port,
    simulator,
    venues: (url) => addressesOf(simulator, url),
    stop: requestStop,
  });
  const timers = [
    ...scheduleTimer(request, simulator, say),
    setInterval(() => say(progress(simulator)), PROGRESS_MS),
    ...(request.durationMs === null ? [] : [setTimeout(requestStop, request.durationMs)]),
  ];
  return {
    addresses: addressesOf(simulator, control.url),
    async stop() {
      for (const timer of timers) clearTimeout(timer);
      await simulator.stop();
      await kept?.stop();
      await control.close();
      say(progress(simulator));
    },
  };
}

function scheduleTimer(
  { seed, faults, faultEveryMs }: SimulationRequest,
  simulator: VenueSimulator,
  say: (sentence: string) => void,
): NodeJS.Timeout[] {
  if (faults.length === 0) return [];
  const targets = simulator.faults.targets();
  const schedule = createFaultSchedule({ seed, kinds: faults, everyMs: faultEveryMs, targets });
  const runner = new FaultRunner(schedule, simulator.faults, performance.now());
  const turn = (): void => {
    const done = runner.turn(performance.now());
    if (done !== null)
      say(`Fault ${done.id}: ${done.fault} on ${done.exchange} ${done.symbol ?? ''}`.trimEnd());
  };
  return [setInterval(turn, SCHEDULE_TURN_MS)];
}

function addressesOf(simulator: VenueSimulator, control: string): unknown {
  const targets = simulator.faults.targets();
  const venues = [...simulator.endpoints].map(([name, endpoint]) => {
    const { symbols = [], faults = [] } = targets.find(({ exchange }) => exchange === name) ?? {};
    return [name, { ...endpoint, symbols, faults }] as const;
  });
  return { control, venues: Object.fromEntries(venues) };
}

function progress(simulator: VenueSimulator): string {
  const { trades, clients, faults, violations } = simulator.statistics();
  const carriedOut = Object.values(faults).reduce((sum, count) => sum + count, 0);
  const broken = violations.map(({ exchange, kind, count }) => `${exchange} ${kind} ${count}`);
  return `${trades} trades, ${clients} clients, ${carriedOut} faults, limits broken: ${broken.join(', ') || 'none'}.`;
}

async function asExpected<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new ExpectedError(sentenceOf(error));
  }
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import { findProgram, type Environment } from '../find-program';
import { containerEngine } from '../rabbitmq-container';

/** Why integration tests have no InfluxDB, a sentence; absent when they have. */
const MISSING_VARIABLE = 'NEURALTRADE_TEST_INFLUX_MISSING';

/** Looks once for all test files whether an InfluxDB can be started here; they start one each. */
export async function lookForInflux(env: Record<string, string | undefined>): Promise<void> {
  if ((env['INFLUXD_BIN'] ?? '') !== '' || findProgram('influxd', env) !== null) return;
  if ((await containerEngine()) !== null) return;
  env[MISSING_VARIABLE] = 'there is no InfluxDB: no container engine, no INFLUXD_BIN, no influxd on PATH';
}

/**
 * Why the tests that need an InfluxDB cannot run here; '' when they can.
 * @throws Error when they cannot and REQUIRE_SERVICES=1.
 */
export function whyNoInflux(env: Environment): string {
  const why = env[MISSING_VARIABLE] ?? '';
  if (why !== '' && env['REQUIRE_SERVICES'] === '1') throw new Error(`REQUIRE_SERVICES=1, but ${why}.`);
  return why;
}

import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What is said where no InfluxDB can be started. */
export const INFLUX_MISSING =
  'No InfluxDB 2 was found. Install influxd (OSS 2.7) so that it is on PATH, name it with INFLUXD_BIN, or start Docker.';

/**
 * The native InfluxDB server: what INFLUXD_BIN names, else influxd on PATH; null when there is none.
 * @param env the environment of the process.
 * @throws Error with a sentence when INFLUXD_BIN names no program.
 */
export function findInfluxd(env: Readonly<Record<string, string | undefined>>): string | null {
  const named = env['INFLUXD_BIN'];
  if (named !== undefined && named !== '') {
    if (isProgram(named)) return named;
    throw new Error(`INFLUXD_BIN names ${named}, which is no program that can be run.`);
  }
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, 'influxd');
    if (folder !== '' && isProgram(path)) return path;
  }
  return null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { venues } from '@neuraltrade/venues';
import { type Finding, renderFindings } from './finding';
import { checkDataDirectory, checkNode, checkPort } from './machine-checks';
import { checkBrokers, checkInflux, checkVenue } from './peer-checks';

const HELP = `Says whether this machine can run the pipeline, in plain sentences.

  npm run doctor                 what npm start needs; venues are tried, but not needed
  npm run doctor -- --live       the venues are needed too

  --port N        the dashboard's port (PORT, 8080)
  --data-dir DIR  where the data is kept (DATA_DIR, data)
  --help          this text

AMQP_URLS and INFLUX_URL are tried when they are set. Exit code 1 when something must be mended.
`;

interface Wish {
  readonly port: number;
  readonly dataDirectory: string;
  readonly live: boolean;
  readonly help: boolean;
}

function readWish(env: NodeJS.ProcessEnv, args: string[]): Wish {
  const { values } = parseArgs({
    args,
    options: {
      live: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      port: { type: 'string', default: env['PORT'] || '8080' },
      'data-dir': { type: 'string', default: env['DATA_DIR'] || 'data' },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`--port must be a whole number from 0 to 65535, not '${values.port}'.`);
  }
  const dataDirectory = resolve(env['INIT_CWD'] ?? '.', values['data-dir']);
  return { port, dataDirectory, live: values.live, help: values.help };
}

async function main(): Promise<void> {
  const { env } = process;
  let wish: Wish;
  try {
    wish = readWish(env, process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
  }
  if (wish.help) {
    process.stdout.write(HELP);
    return;
  }
  const brokers = (env['AMQP_URLS'] ?? '').split(',').filter((url) => url.trim() !== '');
  const restUrl = (name: string): string | undefined =>
    env[`${name.toUpperCase()}_REST_URL`] || env['REST_URL'];
  const findings: Finding[][] = await Promise.all([
    checkDataDirectory(wish.dataDirectory),
    checkPort(env['HTTP_HOST'] || '127.0.0.1', wish.port).then((finding) => [finding]),
    ...venues.map((venue) => checkVenue(venue, restUrl(venue.name) ?? venue.restUrl, wish.live, Date.now)),
    checkBrokers(brokers),
    checkInflux(env['INFLUX_URL'] || null).then((finding) => [finding]),
  ]);
  const all = [checkNode(process.versions.node), ...findings.flat()];
  process.stdout.write(renderFindings(all));
  const faults = all.filter(({ verdict }) => verdict === 'fault').length;
  process.stdout.write(faults === 0 ? 'Nothing has to be mended.\n' : `${faults} to be mended.\n`);
  process.exitCode = faults === 0 ? 0 : 1;
}

void main();

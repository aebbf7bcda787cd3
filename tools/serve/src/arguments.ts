import { ExpectedError, readFlags, USAGE_EXIT_CODE } from '@neuraltrade/service';

/** What the command was asked to do. */
export interface ServeRequest {
  /** Whether only the help text is wanted. */
  readonly help: boolean;
  /** Whether the real venues are read. */
  readonly live: boolean;
  /** Flags for the simulator, as they were given. */
  readonly simulator: readonly string[];
  /** Variables for the services that flags stand for. */
  readonly env: Readonly<Record<string, string>>;
}

/** The text of --help. */
export const HELP = `Runs every service as a process of its own against a RabbitMQ and an InfluxDB.

  npm run infra        in one terminal: a private RabbitMQ and InfluxDB
  npm run serve        in another one: four adapters, processor, ml-engine, signals, backtester,
                       influx-sink, dashboard

  --live               read the real venues; without it four simulated ones are started
  --rate N             simulated trades a second over all venues and symbols
  --seed N             seed of the simulated market
  --symbols LIST       comma-separated BASE/QUOTE
  --port N             port of the dashboard, default 8080
  --truth FILE         where the simulator notes every trade that it sent or served
  --help               this text

AMQP_URLS, INFLUX_URL, INFLUX_TOKEN, INFLUX_ORG and INFLUX_BUCKET in the environment name another broker and database.
The port of a service's health and metrics is set by PROCESSOR_HTTP_PORT, ADAPTER_BINANCE_HTTP_PORT and so on.
Ctrl-C ends all services in order, a second one at once.
`;

const SIMULATOR_FLAGS = ['rate', 'seed', 'truth'] as const;

/** The request that the arguments (without node and script) spell. @throws ExpectedError with a sentence for the user. */
export function readArguments(args: readonly string[]): ServeRequest {
  const live = args.includes('--live');
  const { help, values } = readFlags(
    args.filter((arg) => arg !== '--live'),
    [...SIMULATOR_FLAGS, 'symbols', 'port'],
  );
  const idle = SIMULATOR_FLAGS.find((flag) => live && values[flag] !== undefined);
  if (idle !== undefined)
    throw new ExpectedError(
      `--${idle} has no effect with --live: it belongs to simulated venues.`,
      USAGE_EXIT_CODE,
    );
  const simulator = [...SIMULATOR_FLAGS, 'symbols' as const].flatMap((flag) =>
    values[flag] === undefined ? [] : [`--${flag}`, values[flag]],
  );
  const env: Record<string, string> = {};
  if (values.symbols !== undefined) env['SYMBOLS'] = values.symbols;
  if (values.port !== undefined) env['PORT'] = values.port;
  return { help, live, simulator, env };
}

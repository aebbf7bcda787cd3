import { configuredBus } from '@neuraltrade/messaging';
import {
  atMost,
  brokerFields,
  type Env,
  ExpectedError,
  parseConfig,
  parseTogether,
  readFlags,
  type RunningService,
  type ServiceContext,
  type ServiceDefinition,
  serviceFields,
  startPatiently,
} from '@neuraltrade/service';
import { type Venue, venueNamed, venues } from '@neuraltrade/venues';
import { z } from 'zod';
import { type AdapterConfig, adapterConfig } from './adapter-config';
import { createAdapterService } from './adapter-service';

/** The adapters' ports of health and metrics count up from here in the order of the registry. */
const FIRST_HTTP_PORT = 9_101;

/** The configuration of an adapter as a service of its own. */
export interface AdapterServiceConfig extends z.output<ReturnType<typeof adapterServiceSchema>> {
  /** What the adapter itself takes. */
  readonly adapter: AdapterConfig;
}

/** The environment variables that an adapter reads as a service of its own, beside its adapterSchema. */
export function adapterServiceSchema(venue: Venue) {
  return z.object({
    ...serviceFields({ httpPort: FIRST_HTTP_PORT + venues.indexOf(venue) }),
    ...brokerFields,
  });
}

/**
 * The adapter of the venue with that name as a deployable service.
 * @throws RangeError when no such venue is registered: a fault of the program.
 */
export function adapterApp(venueName: string): ServiceDefinition<AdapterServiceConfig> {
  const venue = venueNamed(venueName);
  if (venue === undefined) {
    throw new RangeError(
      `No venue is called ${venueName}; there are ${venues.map(({ name }) => name).join(', ')}.`,
    );
  }
  const name = `adapter-${venue.name}`;
  return {
    name,
    parse: (env, args) => readConfig(name, venue, env, args),
    main: (context) => run(name, venue, context),
  };
}

function readConfig(name: string, venue: Venue, env: Env, args: readonly string[]): AdapterServiceConfig {
  const { help, values } = readFlags(args, ['symbols']);
  if (help) {
    throw new ExpectedError(
      `${name} [--symbols LIST]: publishes the trades of ${venue.title} to RabbitMQ.\n` +
        'LIST is comma-separated BASE/QUOTE. Everything else is set by the environment: see docs/config.md.',
      0,
    );
  }
  const { service, adapter } = parseTogether({
    service: () => parseConfig(adapterServiceSchema(venue), env),
    adapter: () =>
      adapterConfig(values.symbols === undefined ? env : { ...env, SYMBOLS: values.symbols }, venue),
  });
  return { ...service, adapter };
}

async function run(
  name: string,
  venue: Venue,
  context: ServiceContext<AdapterServiceConfig>,
): Promise<RunningService> {
  const { config, readConfig, log, metrics, onStop, addChecks } = context;
  const bus = configuredBus(config, { readConfig, name, log, metrics });
  // A broker that stands still hears no goodbye, and needs none.
  onStop('bus', (remainingMs) => atMost(0.9 * remainingMs, bus.close()));
  addChecks([{ name: 'bus', probe: () => bus.health() }]);
  const adapter = createAdapterService({ venue, bus, config: config.adapter, metrics, log });
  onStop('adapter', (remainingMs) => adapter.stop(remainingMs / 2));
  await startPatiently(context, () => adapter.start());
  return { checks: adapter.checks };
}

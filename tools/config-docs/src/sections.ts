import { recorderSchema, recorderServiceSchema } from '@neuraltrade/backtester';
import { dashboardEnvSchema, dashboardServiceSchema } from '@neuraltrade/dashboard';
import { adapterSchema, adapterServiceSchema } from '@neuraltrade/exchange';
import { sinkSchema, sinkServiceSchema } from '@neuraltrade/influx-sink';
import { processorSchema, processorServiceSchema } from '@neuraltrade/processor';
import {
  brokerFields,
  describeConfig,
  type ConfigVariable,
  influxFields,
  serviceFields,
} from '@neuraltrade/service';
import { mlEngineSchema, mlEngineServiceSchema } from '@neuraltrade/ml-engine';
import { signalsSchema, signalsServiceSchema } from '@neuraltrade/signals';
import { standaloneSchema } from '@neuraltrade/standalone';
import { venues } from '@neuraltrade/venues';
import { z } from 'zod';
import { mergeVariables } from './merge-variables';

/** One heading of docs/config.md with the variables below it. */
export interface Section {
  /** The heading. */
  readonly title: string;
  /** Who reads these variables. */
  readonly intro: string;
  /** In the order of the schema. */
  readonly variables: readonly ConfigVariable[];
}

/** The sections of docs/config.md, from the very schemas that the services parse their environment with. */
export function sections(): Section[] {
  return [
    {
      title: 'Standalone',
      intro:
        'What `npm start` reads beside the variables of the services that it runs. Flags win: `npm start -- --help`.',
      variables: describeConfig(standaloneSchema),
    },
    {
      title: 'Every service of its own',
      intro:
        `Read by each service that runs as a process of its own. HTTP_PORT is by default ${httpPorts()}. ` +
        'Under `npm run serve` a service reads its port from a variable with its name in front: ' +
        'PROCESSOR_HTTP_PORT, ADAPTER_BINANCE_HTTP_PORT.',
      variables: describeConfig(z.object({ ...serviceFields({ httpPort: 0 }), ...brokerFields })).map(
        (variable) => (variable.name === 'HTTP_PORT' ? { ...variable, defaultText: 'see above' } : variable),
      ),
    },
    {
      title: 'Database',
      intro: 'Read by influx-sink, ml-engine, signals and dashboard as services of their own.',
      variables: describeConfig(z.object(influxFields)),
    },
    {
      title: 'Adapters',
      intro:
        'Read by the adapter of every venue. The variables that begin with a venue concern that venue only.',
      variables: mergeVariables(
        venues.map((venue) => ({ of: venue.title, variables: describeConfig(adapterSchema(venue)) })),
      ),
    },
    { title: 'Processor', intro: 'Read by the processor.', variables: describeConfig(processorSchema) },
    {
      title: 'Sink',
      intro: 'Read by the sink that writes into the store.',
      variables: describeConfig(sinkSchema),
    },
    {
      title: 'ML engine',
      intro:
        'Read by the ML engine: which models judge final candles, and how long they may take ([models.md](models.md)).',
      variables: describeConfig(mlEngineSchema),
    },
    {
      title: 'Signals',
      intro:
        'Read by the signals service: which signals are acted on, how they are judged, and where they are delivered ' +
        '([signals.md](signals.md)).',
      variables: describeConfig(signalsSchema),
    },
    {
      title: 'Recorder',
      intro:
        'Read by the recorder, which writes ticks to Parquet files ([backtesting.md](backtesting.md)). DATA_DIR and MODE by the ' +
        'service of its own only; INFLUX_TOKEN is optional there.',
      variables: [
        ...describeConfig(recorderSchema),
        ...describeConfig(recorderServiceSchema).filter(({ name }) => ['DATA_DIR', 'MODE'].includes(name)),
      ],
    },
    {
      title: 'Dashboard',
      intro: 'Read by the dashboard: page, API and WebSocket. MODE by the service of its own only.',
      variables: [
        ...describeConfig(dashboardEnvSchema),
        ...describeConfig(dashboardServiceSchema).filter(({ name }) => name === 'MODE'),
      ],
    },
  ];
}

/** The default ports of health and metrics, in words. */
function httpPorts(): string {
  const services: [string, z.ZodType][] = [
    ...venues.map((venue): [string, z.ZodType] => [`adapter-${venue.name}`, adapterServiceSchema(venue)]),
    ['processor', processorServiceSchema],
    ['influx-sink', sinkServiceSchema],
    ['ml-engine', mlEngineServiceSchema],
    ['signals', signalsServiceSchema],
    ['backtester', recorderServiceSchema],
    ['dashboard', dashboardServiceSchema],
  ];
  return services
    .map(([name, schema]) => {
      const port =
        describeConfig(schema).find((variable) => variable.name === 'HTTP_PORT')?.defaultText ?? '';
      return `${port} (${name})`;
    })
    .join(', ');
}

import { dashboardEnvSchema } from '@neuraltrade/dashboard';
import { adapterSchema } from '@neuraltrade/exchange';
import { sinkSchema } from '@neuraltrade/influx-sink';
import { processorSchema } from '@neuraltrade/processor';
import { describeConfig, type ConfigVariable } from '@neuraltrade/service';
import { standaloneSchema } from '@neuraltrade/standalone';
import { venues } from '@neuraltrade/venues';
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
      title: 'Dashboard',
      intro: 'Read by the dashboard: page, API and WebSocket.',
      variables: describeConfig(dashboardEnvSchema),
    },
  ];
}

import { runService } from '@neuraltrade/service';
import { sinkServiceConfig } from './config';
import { startSinkService } from './service';

void runService({
  name: 'influx-sink',
  parse: sinkServiceConfig,
  // A token in a file may be renewed while this runs.
  main: (context) => startSinkService(context, () => sinkServiceConfig(process.env).INFLUX_TOKEN),
});

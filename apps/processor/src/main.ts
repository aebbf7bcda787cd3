import { runService } from '@neuraltrade/service';
import { processorServiceConfig } from './config';
import { startProcessorService } from './service';

void runService({
  name: 'processor',
  parse: processorServiceConfig,
  // A token in a file may be renewed while this runs.
  main: (context) => startProcessorService(context, () => processorServiceConfig(process.env).INFLUX_TOKEN),
});

import { runService } from '@neuraltrade/service';
import { mlEngineServiceConfig } from './config';
import { startMlEngineService } from './service';

void runService({
  name: 'ml-engine',
  parse: mlEngineServiceConfig,
  // A token in a file may be renewed while this runs.
  main: (context) => startMlEngineService(context, () => mlEngineServiceConfig(process.env).INFLUX_TOKEN),
});

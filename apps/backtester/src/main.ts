import { runService } from '@neuraltrade/service';
import { recorderServiceConfig } from './recorder/config';
import { startRecorderService } from './recorder/service';

void runService({
  name: 'backtester',
  parse: recorderServiceConfig,
  // A token in a file may be renewed while this runs.
  main: (context) => startRecorderService(context, () => recorderServiceConfig(process.env).INFLUX_TOKEN),
});

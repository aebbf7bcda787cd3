import { runService } from '@neuraltrade/service';
import { signalsServiceConfig } from './config';
import { startSignalsService } from './service';

void runService({
  name: 'signals',
  parse: signalsServiceConfig,
  // Token and secret in a file may be renewed while this runs.
  main: (context) =>
    startSignalsService(
      context,
      () => signalsServiceConfig(process.env).INFLUX_TOKEN,
      () => signalsServiceConfig(process.env).signals.WEBHOOK_SECRET ?? '',
    ),
});

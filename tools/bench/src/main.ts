import {
  type Influx,
  MissingServiceError,
  type RabbitMq,
  startInflux,
  startRabbitMq,
} from '@neuraltrade/infra';
import { ExpectedError } from '@neuraltrade/service';
import { type BenchRequest, HELP, readArguments } from './arguments';
import { benchBacktest } from './backtest-suite';
import { runClients } from './dashboard-clients';
import { benchDashboard } from './dashboard-suite';
import { benchInference } from './inference-suite';
import { benchPage } from './page-suite';
import { benchSink } from './sink-suite';
import { benchStore } from './store-suite';

async function main(): Promise<void> {
  const request = readArguments(process.argv.slice(2));
  if (request === null) return void process.stdout.write(HELP);
  await measure(request);
}

async function measure(request: BenchRequest): Promise<void> {
  switch (request.suite) {
    case 'store':
      return withInflux((influx) => benchStore(influx, request, tell));
    case 'sink':
      return withInflux((influx) => withBroker((broker) => benchSink(broker, influx, request, tell)));
    case 'inference':
      return benchInference(request, tell);
    case 'backtest':
      return benchBacktest(request, tell);
    case 'page':
      return benchPage(request, tell);
    case 'dashboard':
      return withInflux((influx) => withBroker((broker) => benchDashboard(broker, influx, request, tell)));
    case 'clients':
      return tell(await runClients(request, () => tell({ measuring: request.clients })));
  }
}

async function withInflux(task: (influx: Influx) => Promise<void>): Promise<void> {
  const influx = await startInflux({ env: process.env });
  try {
    await task(influx);
  } finally {
    await influx.dispose();
  }
}

async function withBroker(task: (broker: RabbitMq) => Promise<void>): Promise<void> {
  const broker = await startRabbitMq({ env: process.env });
  try {
    await task(broker);
  } finally {
    await broker.dispose();
  }
}

function tell(figure: object): void {
  process.stdout.write(`${JSON.stringify(figure)}\n`);
}

main().catch((error: unknown) => {
  if (!(error instanceof ExpectedError || error instanceof MissingServiceError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error instanceof ExpectedError ? error.exitCode : 1;
});

import { ExpectedError, leaveOnOutputFault } from '@neuraltrade/service';
import { HELP, readArguments } from './arguments';
import { startSimulation } from './simulation';

async function main(): Promise<void> {
  leaveOnOutputFault();
  const request = readArguments(process.argv.slice(2), process.env['INIT_CWD'] ?? process.cwd());
  if (request.help) {
    process.stdout.write(HELP);
    return;
  }
  let requestStop = (): void => undefined;
  const stopRequested = new Promise<void>((resolve) => (requestStop = resolve));
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => requestStop());
  const say = (sentence: string): void => void process.stderr.write(`${sentence}\n`);
  const simulation = await startSimulation(request, say, () => requestStop());
  process.stdout.write(`${JSON.stringify(simulation.addresses)}\n`);
  await stopRequested;
  await simulation.stop();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(error instanceof ExpectedError ? error.exitCode : 1);
  },
);

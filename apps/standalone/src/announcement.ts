import type { StandaloneConfig } from './config';

/** Tells a person where to look; log lines are for machines. */
export function announce({ source }: StandaloneConfig, url: string, directory: string): void {
  process.stderr.write(
    `NeuralTrade market data, ${source.mode.toUpperCase()}: dashboard on ${url}, data in ${directory}. Ctrl-C stops.\n`,
  );
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExpectedError } from '@neuraltrade/service';
import { ChildProgram } from './child-program';

/** A fault as the simulator's control interface takes it. */
export interface Fault {
  /** Its kind ('cut-clients'). */
  readonly fault: string;
  /** The venue. */
  readonly exchange: string;
  /** How long, ms, where it lasts. */
  readonly forMs?: number;
}

/** The whole pipeline on a simulated market, in processes and directories of its own. */
export class SimulatedPipeline {
  private constructor(
    /** Where the dashboard is. */
    readonly url: string,
    private readonly control: string,
    private readonly programs: readonly ChildProgram[],
    private readonly directory: string,
  ) {}

  /** Starts it on a market of this seed; the caller owes a stop(). */
  static async start(root: string, seed: string): Promise<SimulatedPipeline> {
    const directory = await mkdtemp(join(tmpdir(), 'neuraltrade-screenshots-'));
    const programs: ChildProgram[] = [];
    try {
      const simulator = new ChildProgram(root, 'tools/simulate', ['--seed', seed]);
      programs.unshift(simulator);
      const [, control = ''] = await simulator.line(/"control":"(http:[^"]+)"/);
      const args = ['--port', '0', '--record-parquet', '--data-dir', directory];
      const standalone = new ChildProgram(root, 'apps/standalone', args, { SIMULATOR_URL: control });
      programs.unshift(standalone);
      const [, url = ''] = await standalone.line(/dashboard on (http:\S+?),/);
      return new SimulatedPipeline(url, control, programs, directory);
    } catch (error) {
      await release(programs, directory);
      throw error;
    }
  }

  /** Orders a fault. */
  async order(fault: Fault): Promise<void> {
    const response = await fetch(`${this.control}/faults`, { method: 'POST', body: JSON.stringify(fault) });
    if (!response.ok)
      throw new ExpectedError(`The simulator refused ${fault.fault}: ${await response.text()}`);
  }

  /** Ends everything and removes its data. */
  stop(): Promise<void> {
    return release(this.programs, this.directory);
  }
}

async function release(programs: readonly ChildProgram[], directory: string): Promise<void> {
  for (const program of programs) await program.stop();
  await rm(directory, { recursive: true, force: true });
}

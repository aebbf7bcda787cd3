import { readFile } from 'node:fs/promises';

/** Linux counts processor time in hundredths of a second for programs, whatever the kernel does. */
const TICKS_A_SECOND = 100;

/** What a process uses of the machine. */
export interface ProcessUsage {
  /** Memory that it holds, MB. */
  readonly memoryMb: number;
  /** The most memory that it has held, MB. */
  readonly peakMemoryMb: number;
  /** Processor time that it has used since its start, s. */
  readonly cpuSeconds: number;
}

/** Looks at a process; null when it is gone, or on a system without /proc. */
export async function usageOf(pid: number): Promise<ProcessUsage | null> {
  try {
    const [status, stat] = await Promise.all([
      readFile(`/proc/${pid}/status`, 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
    ]);
    const megabytes = (field: string): number =>
      Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1_024;
    // The name in brackets may hold spaces; utime and stime are the 14th and 15th field of all.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const usage = {
      memoryMb: megabytes('VmRSS'),
      peakMemoryMb: megabytes('VmHWM'),
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND,
    };
    return Object.values(usage).every(Number.isFinite) ? usage : null;
  } catch {
    return null;
  }
}

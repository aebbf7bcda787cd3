import { usageOf } from '@neuraltrade/infra';

/** One look at a process. */
export interface Sample {
  /** When, ms UTC. */
  readonly at: number;
  /** Age of the process then, ms. */
  readonly ageMs: number;
  /** Memory that it holds, MB. */
  readonly memoryMb: number;
  /** Processor time that it has used since its start, s. */
  readonly cpuSeconds: number;
}

/** A process grows while it starts; this says nothing about leaks, ms. */
const SETTLING_MS = 20_000;

/** Looks at a process; null when it is gone, or on a system without /proc. */
export async function sampleProcess(pid: number, startedAt: number, now: number): Promise<Sample | null> {
  const usage = await usageOf(pid);
  return usage === null ? null : { ...usage, at: now, ageMs: now - startedAt };
}

/** Memory of a process (and of those that took its place), MB. */
export interface MemoryLine {
  /** Its name. */
  readonly name: string;
  /** At the first look. */
  readonly start: number;
  /** The most. */
  readonly peak: number;
  /** At the last look. */
  readonly end: number;
}

/** What the samples of one process tell of its memory; null without samples. */
export function memoryOf(name: string, samples: readonly Sample[]): MemoryLine | null {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined) return null;
  const peak = Math.max(...samples.map(({ memoryMb }) => memoryMb));
  return {
    name,
    start: Math.round(first.memoryMb),
    peak: Math.round(peak),
    end: Math.round(last.memoryMb),
  };
}

/** What the samples of one process (and of those that took its place) say, in one sentence. */
export function summarizeSamples(name: string, samples: readonly Sample[]): string {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined)
    return `${name}: memory and processor time are not told here.`;
  const mb = (value: number): string => `${Math.round(value)} MB`;
  const peak = Math.max(...samples.map(({ memoryMb }) => memoryMb));
  const share = (100 * cpuSeconds(samples)) / Math.max(0.001, (last.at - first.at) / 1_000);
  const halfWay = (first.at + last.at) / 2;
  const slope = slopePerMinute(samples.filter(({ ageMs, at }) => ageMs >= SETTLING_MS && at >= halfWay));
  const trend =
    slope === null
      ? 'no trend: no process of it grew old enough'
      : `trend of the second half ${slope >= 0 ? '+' : ''}${slope.toFixed(2)} MB/min`;
  return `${name}: memory ${mb(first.memoryMb)} at the start, ${mb(peak)} peak, ${mb(last.memoryMb)} at the end, ${trend}; CPU ${Math.round(share)} % of one core`;
}

/** Processor time over all processes in turn, s. */
function cpuSeconds(samples: readonly Sample[]): number {
  let total = 0;
  let before = samples[0];
  for (const sample of samples.slice(1)) {
    const same = before !== undefined && sample.ageMs > before.ageMs;
    total += sample.cpuSeconds - (same ? (before?.cpuSeconds ?? 0) : 0);
    before = sample;
  }
  return total;
}

/** Least-squares slope of memory over time, MB a minute; null below two samples. */
function slopePerMinute(samples: readonly Sample[]): number | null {
  const [first] = samples;
  if (first === undefined || samples.length < 2) return null;
  const minutes = samples.map(({ at }) => (at - first.at) / 60_000);
  const meanX = mean(minutes);
  const meanY = mean(samples.map(({ memoryMb }) => memoryMb));
  let over = 0;
  let under = 0;
  samples.forEach(({ memoryMb }, index) => {
    const x = (minutes[index] as number) - meanX;
    over += x * (memoryMb - meanY);
    under += x * x;
  });
  return under === 0 ? null : over / under;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

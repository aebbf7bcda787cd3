import { rm } from 'node:fs/promises';
import { Recording } from '@neuraltrade/exchange';
import type { Check, ServiceContext } from '@neuraltrade/service';
import type { RecordTarget } from './arguments';
import type { StandaloneConfig } from './config';

const LOOK_MS = 1_000;
const PROGRESS_MS = 10_000;

/** A recording under way. */
export interface Recorder {
  /** Takes the inputs of the adapters. */
  readonly recording: Recording;
  /** Whether everything that comes in is recorded. */
  readonly check: Check;
}

/**
 * Begins a recording of this run, tells how far it is, and ends it when the process is stopped. One that cannot go on, as
 * on a full disk, says so and ends; the pipeline does not.
 * @throws ExpectedError when the file exists or cannot be written.
 */
export async function startRecording(
  { log, onStop }: ServiceContext<StandaloneConfig>,
  { file, append }: RecordTarget,
): Promise<Recorder> {
  const recording = await Recording.open(file, append, Date.now(), Math.random());
  const startedAt = performance.now();
  let toldAt = startedAt;
  let told = false;
  const timer = setInterval(() => {
    const { fault } = recording;
    if (fault !== null && !told) {
      told = true;
      log.error({ file, fault }, 'The recording ended early.');
      say(`${endedEarly(recording, fault)} The pipeline goes on.`);
    } else if (fault === null && performance.now() - toldAt >= PROGRESS_MS) {
      toldAt = performance.now();
      say(`Recorded for ${Math.round((toldAt - startedAt) / 1_000)} s: ${amount(recording)}.`);
    }
  }, LOOK_MS);
  onStop('recording', async () => {
    clearInterval(timer);
    await recording.close();
    const { fault, figures } = recording;
    if (fault !== null) {
      if (!told) say(endedEarly(recording, fault));
    } else if (figures.lines === 0 && !append) {
      // A start that failed leaves nothing in the way of the next.
      await rm(file);
    } else {
      say(`${file} holds ${amount(recording)}. npm start -- --replay ${file} replays it.`);
    }
  });
  const probe = (): { ok: boolean; reason: string } => {
    const { fault } = recording;
    return { ok: fault === null, reason: fault === null ? '' : `The recording ended early: ${fault}.` };
  };
  return { recording, check: { name: 'recording', probe } };
}

function endedEarly({ file, figures }: Recording, fault: string): string {
  return `The recording ended early: ${fault}. ${(figures.bytes / 1e6).toFixed(1)} MB of it are in ${file}.`;
}

function amount({ figures: { frames, lines, bytes } }: Recording): string {
  const number = (value: number): string => value.toLocaleString('en-US');
  return `${number(frames)} frames and ${number(lines - frames)} other inputs, ${(bytes / 1e6).toFixed(1)} MB`;
}

function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}

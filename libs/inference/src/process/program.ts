// The inference process: a bundle of its own, started by InferenceProcess. A model that hangs or crashes takes only this along.
import { Worker } from 'node:worker_threads';
import { OnnxSession, SessionError } from '../onnx/onnx-session';
import type { InferenceAnswer, InferenceCommand } from './protocol';

// Whoever started this ends it. A Ctrl-C in the terminal reaches it too, while its owner still has rows to judge.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.once('disconnect', () => process.exit());

/** A model may hang when the owner dies: then this thread is left to notice. */
const GUARD = `setInterval(() => { if (process.ppid !== ${process.ppid}) process.kill(process.pid, 'SIGKILL'); }, 1_000);`;
new Worker(GUARD, { eval: true }).unref();

const answer = (message: InferenceAnswer): void => void process.send?.(message);
let session: OnnxSession | null = null;
let width = 1;

async function handle(command: InferenceCommand): Promise<void> {
  if (command.kind === 'run') return judge(command.rows);
  try {
    session = await OnnxSession.load(command.onnx, command.shape);
    width = command.shape.features;
    answer({ kind: 'ready' });
  } catch (error) {
    const fault = error instanceof SessionError ? error.fault : 'model';
    answer({ kind: 'refused', fault, detail: textOf(error) });
  }
}

async function judge(rows: Float32Array): Promise<void> {
  try {
    if (session === null) throw new Error('No model is loaded.');
    const count = rows.length / width;
    const timesMs = new Float64Array(count);
    const outputs: Float32Array[] = [];
    // One by one: a row's numbers must not depend on how many others come with it.
    for (let row = 0; row < count; row += 1) {
      const begun = performance.now();
      outputs.push(await session.run(rows.subarray(row * width, (row + 1) * width)));
      timesMs[row] = performance.now() - begun;
    }
    answer({ kind: 'results', outputs: joined(outputs), timesMs });
  } catch (error) {
    answer({ kind: 'failed', detail: textOf(error) });
  }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

process.on('message', (command) => void handle(command as InferenceCommand));

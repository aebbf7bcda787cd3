import type * as OnnxRuntime from 'onnxruntime-node';
import type { InferenceSession, Tensor } from 'onnxruntime-node';

/** What is fed and asked for. */
export interface SessionShape {
  /** Name of the input: float32, [rows, features]. */
  readonly input: string;
  /** Name of the output: float32, [rows, columns]. */
  readonly output: string;
  /** Numbers in a row. */
  readonly features: number;
  /** Numbers that come out for a row. */
  readonly columns: number;
}

/** Why no session can be made: ONNX Runtime does not run here at all ('unavailable'), or not this model ('model'). */
export class SessionError extends Error {
  override readonly name = 'SessionError';

  /**
   * @param fault where the fault lies.
   * @param message the end of a sentence.
   */
  constructor(
    readonly fault: 'unavailable' | 'model',
    message: string,
  ) {
    super(message);
  }
}

type Runtime = typeof OnnxRuntime;

/** A model in ONNX Runtime, on one core. It computes within its call: where that may take long, run it in a process of its own. */
export class OnnxSession {
  readonly #runtime: Runtime;
  readonly #session: InferenceSession;
  readonly #shape: SessionShape;

  private constructor(runtime: Runtime, session: InferenceSession, shape: SessionShape) {
    this.#runtime = runtime;
    this.#session = session;
    this.#shape = shape;
  }

  /** Loads a model. @throws SessionError when ONNX Runtime or the model cannot be loaded, or takes or gives something else. */
  static async load(onnx: Uint8Array, shape: SessionShape): Promise<OnnxSession> {
    const runtime = await import('onnxruntime-node').catch((error: unknown) => {
      throw new SessionError(
        'unavailable',
        `ONNX Runtime does not run on this machine (${firstLine(error)})`,
      );
    });
    const session = await runtime.InferenceSession.create(onnx, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      // Fatal only: what is wrong comes as an exception.
      logSeverityLevel: 4,
    }).catch((error: unknown) => {
      throw new SessionError('model', `ONNX Runtime cannot load it (${firstLine(error)})`);
    });
    const fault = shapeFault(session, shape);
    if (fault !== null) throw new SessionError('model', fault);
    return new OnnxSession(runtime, session, shape);
  }

  /** The output for one row. @throws Error when the model fails, or gives something else than its shape. */
  async run(row: Float32Array): Promise<Float32Array> {
    const { input, output, columns } = this.#shape;
    const feed = new this.#runtime.Tensor('float32', row, [1, row.length]);
    const results = await this.#session.run({ [input]: feed }, [output]);
    const { type, size, data } = results[output] as Tensor;
    if (type === 'float32' && size === columns) return data as Float32Array;
    throw new Error(`The output has ${size} numbers of ${type} where ${columns} of float32 were expected.`);
  }
}

function shapeFault(
  session: InferenceSession,
  { input, output, features, columns }: SessionShape,
): string | null {
  const otherInputs = session.inputNames.filter((name) => name !== input);
  if (otherInputs.length > 0)
    return `it asks for the inputs ${session.inputNames.join(', ')} where ${input} alone is fed`;
  return (
    tensorFault(session.inputMetadata, 'input', input, features) ??
    tensorFault(session.outputMetadata, 'output', output, columns)
  );
}

function tensorFault(
  metadata: readonly InferenceSession.ValueMetadata[],
  what: 'input' | 'output',
  name: string,
  width: number,
): string | null {
  const tensor = metadata.find((value) => value.name === name);
  if (tensor === undefined) return `it has no ${what} '${name}'`;
  if (!tensor.isTensor || tensor.type !== 'float32') return `its ${what} '${name}' is no float32 tensor`;
  const [rows, last] = tensor.shape;
  // A named size is free; an exporter may leave the output without any shape.
  const fits = (size: number | string | undefined, wanted: number): boolean =>
    typeof size !== 'number' || size === wanted;
  const isMatrix = tensor.shape.length === 2 || (what === 'output' && tensor.shape.length === 0);
  if (isMatrix && fits(rows, 1) && fits(last, width)) return null;
  return `its ${what} '${name}' has the shape [${tensor.shape.join(', ')}] where [rows, ${width}] is used`;
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0]?.slice(0, 300) ?? '';
}

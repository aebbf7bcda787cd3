import { decodeOnnx } from './onnx-file';

/** Most operators of a model. */
export const MAX_OPERATORS = 10_000;

/** Whose operators a model may use: ONNX itself and its extension for classical machine learning. */
const DOMAINS = new Set<unknown>([undefined, '', 'ai.onnx', 'ai.onnx.ml']);

/** What operators and tensors are told by, wherever they stand. */
interface Part {
  readonly opType?: string;
  readonly domain?: string;
  readonly dataLocation?: number;
  readonly externalData?: readonly object[];
}

/**
 * Why an ONNX file is not run, as the end of a sentence; null when nothing speaks against it. Data in other files is refused, since
 * their paths would be read wherever they point to.
 */
export function onnxFault(bytes: Uint8Array): string | null {
  let model: object;
  try {
    model = decodeOnnx(bytes);
  } catch {
    return 'it is no ONNX file';
  }
  let operators = 0;
  for (const { opType, domain, dataLocation = 0, externalData = [] } of partsOf(model)) {
    if (dataLocation !== 0 || externalData.length > 0) return 'some of its numbers lie in another file';
    if (opType === undefined) continue;
    operators += 1;
    if (operators > MAX_OPERATORS) return `it has more than ${MAX_OPERATORS} operators`;
    if (!DOMAINS.has(domain))
      return `it uses operators of '${domain?.slice(0, 60)}', which are not known here`;
  }
  return null;
}

/** Every message inside a file, those inside graphs of operators and in functions too. */
function* partsOf(model: object): Generator<Part> {
  const left: object[] = [model];
  for (let part = left.pop(); part !== undefined; part = left.pop()) {
    if (!Array.isArray(part)) yield part;
    for (const value of Object.values(part) as unknown[]) {
      if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && !isNumbers(value))
        left.push(value);
    }
  }
}

function isNumbers(value: object): boolean {
  return Array.isArray(value) && typeof value[0] !== 'object';
}

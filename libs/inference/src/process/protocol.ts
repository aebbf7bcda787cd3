import type { SessionShape } from '../onnx/onnx-session';

/** What the inference process is told, one after the other: the next behind the answer. */
export type InferenceCommand =
  | {
      /** The first message, once. */
      readonly kind: 'load';
      /** The model. */
      readonly onnx: Uint8Array;
      /** What is fed and asked for. */
      readonly shape: SessionShape;
    }
  | {
      /** Rows to judge. */
      readonly kind: 'run';
      /** The rows, one after the other. */
      readonly rows: Float32Array;
    };

/** What it answers. */
export type InferenceAnswer =
  | {
      /** The model is loaded. */
      readonly kind: 'ready';
    }
  | {
      /** It is not, and will not be. */
      readonly kind: 'refused';
      /** Whether the machine or the model is at fault. */
      readonly fault: 'unavailable' | 'model';
      /** The end of a sentence. */
      readonly detail: string;
    }
  | {
      /** Rows were judged. */
      readonly kind: 'results';
      /** The outputs, one row after the other. */
      readonly outputs: Float32Array;
      /** Time that each row took, ms. */
      readonly timesMs: Float64Array;
    }
  | {
      /** The model failed on one of the rows. */
      readonly kind: 'failed';
      /** A sentence. */
      readonly detail: string;
    };

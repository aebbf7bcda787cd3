/** The parts of an ONNX file that are written or looked at here; names and numbers are those of onnx.proto. */
export interface OnnxModel {
  /** Version of the file format. */
  irVersion: number;
  /** Which operators it uses, by domain ('' is ONNX itself). */
  opsetImport: { domain: string; version: number }[];
  /** Who wrote it. */
  producerName?: string;
  /** The computation. */
  graph: OnnxGraph;
}

/** Operators with what goes in and comes out. */
export interface OnnxGraph {
  /** Its name. */
  name: string;
  /** In an order in which each comes behind what it uses. */
  node?: OnnxNode[];
  /** Constants. */
  initializer?: OnnxTensor[];
  /** What is fed. */
  input?: OnnxValue[];
  /** What is asked for. */
  output?: OnnxValue[];
}

/** One operator. */
export interface OnnxNode {
  /** 'Gemm', 'Softmax'. */
  opType: string;
  /** Where the operator is from; absent or '' is ONNX itself. */
  domain?: string;
  /** Names of its inputs. */
  input?: string[];
  /** Names of its outputs. */
  output?: string[];
  /** Its settings. */
  attribute?: OnnxAttribute[];
}

/** One setting of an operator. */
export interface OnnxAttribute {
  /** Its name. */
  name: string;
  /** Which of the fields below holds it: see {@link ATTRIBUTE}. */
  type: number;
  /** A float. */
  f?: number;
  /** An integer. */
  i?: number;
  /** A tensor. */
  t?: OnnxTensor;
  /** A graph, as of a loop. */
  g?: OnnxGraph;
}

/** Numbers with a shape. */
export interface OnnxTensor {
  /** Its name; absent inside an attribute. */
  name?: string;
  /** Sizes; none for a single number. */
  dims: number[];
  /** What the numbers are: see {@link ELEMENT}. */
  dataType: number;
  /** Floats. */
  floatData?: number[];
  /** Integers of 64 bits. */
  int64Data?: number[];
  /** Smaller integers and booleans. */
  int32Data?: number[];
  /** The numbers as little-endian bytes. */
  rawData?: Uint8Array;
}

/** What goes into or comes out of a graph. */
export interface OnnxValue {
  /** Its name. */
  name: string;
  /** Its type: a tensor. */
  type: { tensorType: { elemType: number; shape?: { dim?: { dimValue?: number; dimParam?: string }[] } } };
}

/** Numbers of kinds of elements. */
export const ELEMENT = { float: 1, int64: 7, bool: 9 } as const;

/** Numbers of kinds of attributes. */
export const ATTRIBUTE = { float: 1, int: 2, tensor: 4, graph: 5 } as const;

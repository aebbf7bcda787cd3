import protobuf from 'protobufjs/light';
import type { OnnxModel } from './onnx-types';

const field = (type: string, id: number) => ({ type, id });
const repeated = (type: string, id: number) => ({ rule: 'repeated', type, id });

/** onnx.proto (version 3), as far as it is used here; what it does not name is passed over when a file is read. */
const DESCRIPTOR = protobuf.Root.fromJSON({
  nested: {
    ModelProto: {
      fields: {
        irVersion: field('int64', 1),
        producerName: field('string', 2),
        graph: field('GraphProto', 7),
        opsetImport: repeated('OperatorSetIdProto', 8),
        functions: repeated('FunctionProto', 25),
      },
    },
    OperatorSetIdProto: { fields: { domain: field('string', 1), version: field('int64', 2) } },
    FunctionProto: { fields: { node: repeated('NodeProto', 7) } },
    GraphProto: {
      fields: {
        node: repeated('NodeProto', 1),
        name: field('string', 2),
        initializer: repeated('TensorProto', 5),
        sparseInitializer: repeated('SparseTensorProto', 15),
        input: repeated('ValueInfoProto', 11),
        output: repeated('ValueInfoProto', 12),
      },
    },
    NodeProto: {
      fields: {
        input: repeated('string', 1),
        output: repeated('string', 2),
        opType: field('string', 4),
        attribute: repeated('AttributeProto', 5),
        domain: field('string', 7),
      },
    },
    AttributeProto: {
      fields: {
        name: field('string', 1),
        f: field('float', 2),
        i: field('int64', 3),
        t: field('TensorProto', 5),
        g: field('GraphProto', 6),
        tensors: repeated('TensorProto', 10),
        graphs: repeated('GraphProto', 11),
        sparseTensor: field('SparseTensorProto', 22),
        sparseTensors: repeated('SparseTensorProto', 23),
        type: field('int32', 20),
      },
    },
    TensorProto: {
      fields: {
        dims: repeated('int64', 1),
        dataType: field('int32', 2),
        floatData: repeated('float', 4),
        int32Data: repeated('int32', 5),
        int64Data: repeated('int64', 7),
        name: field('string', 8),
        rawData: field('bytes', 9),
        externalData: repeated('StringStringEntryProto', 13),
        dataLocation: field('int32', 14),
      },
    },
    SparseTensorProto: { fields: { values: field('TensorProto', 1), indices: field('TensorProto', 2) } },
    StringStringEntryProto: { fields: { key: field('string', 1), value: field('string', 2) } },
    ValueInfoProto: { fields: { name: field('string', 1), type: field('TypeProto', 2) } },
    TypeProto: { fields: { tensorType: field('TensorTypeProto', 1) } },
    TensorTypeProto: { fields: { elemType: field('int32', 1), shape: field('TensorShapeProto', 2) } },
    TensorShapeProto: { fields: { dim: repeated('DimensionProto', 1) } },
    DimensionProto: { fields: { dimValue: field('int64', 1), dimParam: field('string', 2) } },
  },
}).lookupType('ModelProto');

/** The bytes of an ONNX file; the same ones for the same model. */
export function encodeOnnx(model: OnnxModel): Uint8Array {
  return Uint8Array.from(DESCRIPTOR.encode(DESCRIPTOR.fromObject(model)).finish());
}

/** Reads an ONNX file. @throws Error when it is none. */
export function decodeOnnx(bytes: Uint8Array): OnnxModel {
  const model = DESCRIPTOR.toObject(DESCRIPTOR.decode(bytes), { longs: Number }) as Partial<OnnxModel>;
  if (model.graph === undefined) throw new Error('It has no graph.');
  return model as OnnxModel;
}

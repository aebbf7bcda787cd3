export { BackpressureBuffer, type BackpressureBufferOptions } from './backpressure-buffer';
export { FlowController, type FlowListener, type FlowMarks } from './flow-controller';
export { fullJitterMs } from './full-jitter';

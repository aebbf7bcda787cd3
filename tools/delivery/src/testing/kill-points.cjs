// Loaded into a service in front of its own code (NODE_OPTIONS --require): ends the process as kill -9 does at the instant that
// KILL_POINT names, seen on its sockets, or fails in the way that it names. Everything else passes untouched.
const { Socket } = require('node:net');

const ACK = Buffer.from([0, 60, 0, 80]);
const PUBLISH = Buffer.from([0, 60, 0, 40]);
const FRAME_HEADER_BYTES = 7;
const point = process.env.KILL_POINT;

/** Whether AMQP bytes begin with a frame of this method. */
const isMethod = (bytes, method) =>
  Buffer.isBuffer(bytes) &&
  bytes[0] === 1 &&
  bytes.subarray(FRAME_HEADER_BYTES, FRAME_HEADER_BYTES + 4).equals(method);
const isWriteRequest = (chunk) => /^POST \/api\/v2\/write/.test(String(chunk).slice(0, 40));
const isTaken = (chunk) => chunk !== null && String(chunk.subarray(0, 12)) === 'HTTP/1.1 204';
const die = () => process.kill(process.pid, 'SIGKILL');

/** The empty write that looks whether the token may write comes first; what counts is the first one with points. */
let writing = false;
let cut = false;

const { write, push } = Socket.prototype;
Socket.prototype.write = function (chunk, ...rest) {
  if (isWriteRequest(chunk) && !/content-length: 0\r/i.test(String(chunk))) {
    if (point === 'before the write') return die();
    writing = true;
    if (point === 'while the write is on its way') setImmediate(die);
  }
  if (isMethod(chunk, ACK)) {
    if (point === 'before the ack') return die();
    if (point === 'after the ack') setTimeout(die, 50);
  }
  if (isMethod(chunk, PUBLISH) && String(chunk).includes('market.dlx')) {
    if (point === 'before the parked copy') return die();
    if (point === 'after the parked copy') setTimeout(die, 0);
  }
  return write.call(this, chunk, ...rest);
};
Socket.prototype.push = function (chunk, ...rest) {
  if (writing && isTaken(chunk)) {
    writing = false;
    if (point === 'after the answer') return die();
    if (point === 'the answer is cut off' && !cut) {
      cut = true;
      this.destroy(new Error('cut'));
      return false;
    }
  }
  return push.call(this, chunk, ...rest);
};

if (point === 'rejection') process.on('SIGUSR2', () => void Promise.reject(new Error('nobody awaits this')));

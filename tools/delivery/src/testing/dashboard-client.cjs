// A client of the dashboard as a process of its own, so that it can be frozen: follows the prices at the address of its first
// argument, tells on each line how many messages came so far, and with which code it was closed.
const { WebSocket } = require('ws');

const socket = new WebSocket(process.argv[2]);
let messages = 0;
socket.on('open', () => socket.send(JSON.stringify({ op: 'subscribe', channel: 'prices' })));
socket.on('message', () => process.stdout.write(`${JSON.stringify({ messages: (messages += 1) })}\n`));
socket.on('close', (closed) => process.stdout.write(`${JSON.stringify({ closed })}\n`));
socket.on('error', () => undefined);

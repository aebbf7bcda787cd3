import { createHash } from 'node:crypto';
import { createServer, type Server as TcpServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Connection } from './transport';
import { until } from './testing/until';
import { webSocketTransport } from './web-socket-transport';

describe('the WebSocket transport', () => {
  let server: WebSocketServer;
  let peers: WebSocket[];
  let connection: Connection | null;
  let url: string;
  let happened: string[];
  let receivedAt: number[];

  const dial = (options = {}, address = url): Connection => {
    connection = webSocketTransport({ maxFrameBytes: 1_000, ...options }).connect(address, {
      onOpen: () => happened.push('open'),
      onFrame: (text, at) => {
        receivedAt.push(at);
        happened.push(text);
      },
      onPong: (_at, token) => happened.push(`pong ${token}`),
      onClose: (reason) => happened.push(`close: ${reason}`),
    });
    return connection;
  };

  beforeEach(async () => {
    [happened, receivedAt, peers, connection] = [[], [], [], null];
    server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: true });
    server.on('connection', (peer) => peers.push(peer));
    await until(() => server.address() !== null);
    url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/feed`;
  });

  afterEach(async () => {
    connection?.terminate();
    for (const peer of server.clients) peer.terminate();
    await new Promise((resolve) => server.close(resolve));
  });

  it('delivers frames as texts with the time of their arrival', async () => {
    dial({ timers: { now: () => 1_234, schedule: () => () => undefined } });
    await until(() => happened.includes('open'));
    peers[0]?.send('{"a":"ü"}');
    peers[0]?.send(Buffer.from('binary'));
    await until(() => happened.length === 3);
    expect(happened).toEqual(['open', '{"a":"ü"}', 'binary']);
    expect(receivedAt).toEqual([1_234, 1_234]);
  });

  it('agrees on no compression', async () => {
    dial();
    await until(() => peers.length === 1);
    expect(peers[0]?.extensions).toBe('');
  });

  it('sends frames and brings the token of a ping back', async () => {
    const link = dial();
    await until(() => peers.length === 1 && happened.includes('open'));
    const got: string[] = [];
    peers[0]?.on('message', (data: Buffer) => got.push(data.toString()));
    link.send('hello');
    link.ping('token-1');
    await until(() => happened.includes('pong token-1') && got.length === 1);
    expect(got).toEqual(['hello']);
  });

  it('tells why it could not connect', async () => {
    await new Promise((resolve) => server.close(resolve));
    dial();
    await until(() => happened.length > 0);
    expect(happened).toEqual([expect.stringMatching(/^close: connect ECONNREFUSED 127\.0\.0\.1:\d+$/)]);
  });

  it('tells once that the peer closed, with its reason', async () => {
    dial();
    await until(() => happened.includes('open'));
    peers[0]?.close(1008, 'too slow');
    await until(() => happened.length === 2);
    expect(happened[1]).toBe('close: closed with code 1008 (too slow)');
  });

  it('ends on a frame above the limit', async () => {
    dial({ maxFrameBytes: 10 });
    await until(() => happened.includes('open'));
    peers[0]?.send('0123456789A');
    await until(() => happened.length === 2);
    expect(happened[1]).toMatch(/^close: Max payload size exceeded/);
  });

  it('reads nothing while it is paused and everything afterwards', async () => {
    const link = dial();
    await until(() => happened.includes('open'));
    link.pause();
    for (let count = 0; count < 50; count += 1) peers[0]?.send(`frame ${count}`);
    // Nothing can prove an absence at once: another connection's exchange shows that the loop has turned.
    let otherOpen = false;
    const other = webSocketTransport({ maxFrameBytes: 10 }).connect(url, {
      onOpen: () => (otherOpen = true),
      onFrame: () => undefined,
      onPong: () => undefined,
      onClose: () => undefined,
    });
    await until(() => otherOpen);
    other.terminate();
    expect(happened).toEqual(['open']);
    link.resume();
    await until(() => happened.length === 51);
  });

  describe('with a mute peer', () => {
    let mute: TcpServer;
    let sockets: Socket[];

    beforeEach(async () => {
      sockets = [];
      mute = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
      await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    });

    afterEach(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => mute.close(resolve));
    });

    it('gives up a handshake that is not answered', async () => {
      dial({ handshakeTimeoutMs: 50 }, `ws://127.0.0.1:${(mute.address() as AddressInfo).port}`);
      await until(() => happened.length > 0);
      expect(happened).toEqual(['close: Opening handshake has timed out']);
    });

    it('cuts off a peer that does not answer a close, and tells nothing more', async () => {
      let cut = false;
      mute.on('connection', (socket) => {
        socket.once('data', (request) => {
          const key = /Sec-WebSocket-Key: (\S+)/i.exec(request.toString())?.[1] ?? '';
          const accept = createHash('sha1')
            .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
            .digest('base64');
          const upgrade = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
          socket.write(`${[...upgrade, `Sec-WebSocket-Accept: ${accept}`].join('\r\n')}\r\n\r\n`);
          socket.on('data', () => undefined).on('close', () => (cut = true));
        });
      });
      const link = dial({ closeTimeoutMs: 50 }, `ws://127.0.0.1:${(mute.address() as AddressInfo).port}`);
      await until(() => happened.includes('open'));
      link.close();
      await until(() => cut);
      expect(happened).toEqual(['open']);
    });
  });
});

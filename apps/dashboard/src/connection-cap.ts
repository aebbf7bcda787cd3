import type { Server } from 'node:http';
import type { DropArgument, Socket } from 'node:net';
import type { ClientLimits } from './config';

/**
 * Bounds the TCP connections of a server, WebSockets and idle ones included: all of them, and those of one address, so that
 * one peer cannot take every place. What is beyond is closed at once; `onRefused` is told the address.
 */
export function capConnections(
  server: Server,
  { maxConnections, maxConnectionsPerAddress }: ClientLimits,
  onRefused: (address: string) => void,
): void {
  // Counted for as long as a connection of the address is open, so the map is bounded by maxConnections.
  const open = new Map<string, number>();
  server.maxConnections = maxConnections;
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const count = (open.get(address) ?? 0) + 1;
    if (count > maxConnectionsPerAddress) {
      socket.destroy();
      onRefused(address);
      return;
    }
    open.set(address, count);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
  });
  server.on('drop', (dropped?: DropArgument) => onRefused(dropped?.remoteAddress ?? ''));
}

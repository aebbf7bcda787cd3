import { PermanentError } from '@neuraltrade/contracts';
import type { Options } from 'amqplib';

/** Largest frame that is agreed on with a node, bytes: what brokers offer unless told otherwise. */
const FRAME_MAX = 131_072;
/** Largest frame that is taken from a peer, whatever it announces: it would be held in memory until it is whole. */
const FRAME_CAP = 1_048_576;

/** A node of the broker. */
export interface BrokerAddress {
  /** Host and port, for sentences: never user or password. */
  readonly node: string;
  /** The virtual host on it. */
  readonly virtualHost: string;
  /** How it is dialled. */
  readonly connect: Options.Connect & { readonly maxFrameSize: number };
}

/**
 * Reads an address of a node: amqp://user:password@host:5672/vhost, or amqps.
 * @throws PermanentError that quotes nothing of it, since it holds a password.
 */
export function brokerAddress(url: string, heartbeatS: number): BrokerAddress {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !/^amqps?:$/.test(parsed.protocol) || parsed.hostname === '') {
    throw new PermanentError(
      'malformed',
      'An address of the broker is not amqp://user:password@host:port/vhost.',
    );
  }
  const protocol = parsed.protocol.slice(0, -1);
  const port = Number(parsed.port) || (protocol === 'amqps' ? 5_671 : 5_672);
  const hostname = parsed.hostname.replace(/^\[|\]$/g, '');
  const hasLogin = parsed.username !== '' || parsed.password !== '';
  // Decoded once more by the client.
  const vhost = parsed.pathname.length > 1 ? parsed.pathname.slice(1) : '/';
  return {
    virtualHost: decoded(vhost),
    node: `${parsed.hostname}:${port}`,
    connect: {
      protocol,
      hostname,
      port,
      username: hasLogin ? decoded(parsed.username) : 'guest',
      password: hasLogin ? decoded(parsed.password) : 'guest',
      vhost,
      heartbeat: heartbeatS,
      frameMax: FRAME_MAX,
      maxFrameSize: FRAME_CAP,
    },
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new PermanentError(
      'malformed',
      'An address of the broker has a % that begins no code: write % as %25 in user, password and virtual host.',
    );
  }
}

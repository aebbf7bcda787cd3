import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { DashboardConfig } from './config';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
const LOOPBACK_BINDINGS = new Set(['localhost', '127.0.0.1', '::1']);

/** Who may talk to the gateway: by the Host and Origin that a browser states, and by the token. */
export class Access {
  private readonly origins: ReadonlySet<string>;
  private readonly hostnames: ReadonlySet<string> | null;
  private tokenDigest: Buffer | null;

  /**
   * @param config addresses, origins and token.
   * @param readToken gives the token of this moment; throws while it cannot be read.
   */
  constructor(
    config: Pick<DashboardConfig, 'host' | 'allowedOrigins' | 'authToken'>,
    private readonly readToken: () => string | null = () => config.authToken,
  ) {
    this.origins = new Set(config.allowedOrigins);
    // A gateway on loopback is reached by loopback names only: a page of another name that resolves to 127.0.0.1
    // (DNS rebinding) would otherwise count as the gateway's own.
    this.hostnames = LOOPBACK_BINDINGS.has(config.host)
      ? new Set([...LOOPBACK, ...config.allowedOrigins.map((origin) => new URL(origin).hostname)])
      : null;
    this.tokenDigest = digestOf(config.authToken);
  }

  /** Whether the request names this gateway by a name that it answers to. */
  hostAllowed({ headers: { host } }: IncomingMessage): boolean {
    if (this.hostnames === null) return true;
    if (host === undefined || !URL.canParse(`http://${host}`)) return false;
    return this.hostnames.has(new URL(`http://${host}`).hostname);
  }

  /** Whether a WebSocket may be opened: no Origin (not a browser), the gateway's own, or one of the allow-list. */
  originAllowed({ headers: { origin, host } }: IncomingMessage): boolean {
    if (origin === undefined || this.origins.has(origin)) return true;
    return URL.canParse(origin) && new URL(origin).host === host;
  }

  /** Whether a token must be shown. */
  tokenRequired(): boolean {
    return this.tokenDigest !== null;
  }

  /** Takes the token of this moment. Returns whether there is another one now, so that whoever showed the old one must go. */
  renew(): boolean {
    try {
      const renewed = digestOf(this.readToken());
      if (renewed === null ? this.tokenDigest === null : this.tokenDigest?.equals(renewed) === true)
        return false;
      this.tokenDigest = renewed;
      return renewed !== null;
    } catch {
      // A file that is being replaced is read the next time; until then the token that is known counts.
      return false;
    }
  }

  /** Whether this is the token; compared in constant time. True for anything when none is required. */
  tokenMatches(token: string): boolean {
    return this.tokenDigest === null || timingSafeEqual(digest(token), this.tokenDigest);
  }

  /** Whether the request shows the token in its Authorization header, or none is required. */
  requestAuthorized({ headers: { authorization = '' } }: IncomingMessage): boolean {
    const [, token = ''] = /^Bearer (.+)$/i.exec(authorization) ?? [];
    return this.tokenMatches(token);
  }
}

function digestOf(token: string | null): Buffer | null {
  return token === null ? null : digest(token);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

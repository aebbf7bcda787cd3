import { connect } from 'node:net';
import type { Venue } from '@neuraltrade/venues';
import type { Finding } from './finding';

const TIMEOUT_MS = 5_000;
const NOTABLE_SKEW_MS = 1_000;
const WRONG_SKEW_MS = 5_000;

/** Where a peer is expected; null when nothing names it. */
export type Address = string | null;

/**
 * Whether a venue answers, and how far our clock is from its own (by the Date header, which tells whole seconds).
 * @param needed whether not reaching it is a fault: the simulated market needs no venue.
 * @param now our clock, ms UTC.
 */
export async function checkVenue(
  venue: Venue,
  restUrl: string,
  needed: boolean,
  now: () => number,
): Promise<Finding[]> {
  const { host } = new URL(restUrl);
  const sentAt = now();
  let date: string | null;
  try {
    const answer = await fetch(restUrl.replace(/\/+$/, '') + venue.instruments.request().path, {
      method: 'HEAD',
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    date = answer.headers.get('date');
  } catch (error) {
    const sentence = needed
      ? `${venue.title} cannot be reached at ${host} (${causeOf(error)}): check the network, a proxy or a block of your country.`
      : `${venue.title} cannot be reached at ${host} (${causeOf(error)}): only --live needs it.`;
    return [{ check: venue.name, verdict: needed ? 'fault' : 'note', sentence }];
  }
  const answeredAt = now();
  const reached: Finding = {
    check: venue.name,
    verdict: 'ok',
    sentence: `${venue.title} answers at ${host} after ${answeredAt - sentAt} ms.`,
  };
  const theirs = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(theirs)) return [reached];
  return [reached, judgeSkew(venue, (sentAt + answeredAt) / 2 - (theirs + 500))];
}

/** @param skewMs our clock less the venue's; a Date header cannot tell less than half a second. */
export function judgeSkew(venue: Venue, skewMs: number): Finding {
  const check = `${venue.name} clock`;
  const size = `${(Math.abs(skewMs) / 1_000).toFixed(1)} s ${skewMs > 0 ? 'ahead of' : 'behind'} ${venue.title}`;
  if (Math.abs(skewMs) > WRONG_SKEW_MS) {
    return { check, verdict: 'fault', sentence: `This machine's clock is ${size}: synchronise it (NTP).` };
  }
  if (Math.abs(skewMs) > NOTABLE_SKEW_MS)
    return { check, verdict: 'note', sentence: `This machine's clock is ${size}.` };
  return {
    check,
    verdict: 'ok',
    sentence: `This machine's clock agrees with ${venue.title} within a second.`,
  };
}

/** Whether something listens where a message broker is named. @param urls AMQP URLs; passwords in them are never printed. */
export async function checkBrokers(urls: readonly string[]): Promise<Finding[]> {
  if (urls.length === 0) {
    return [{ check: 'broker', verdict: 'ok', sentence: 'AMQP_URLS is not set: npm start needs no broker.' }];
  }
  return Promise.all(urls.map((url) => checkBroker(url)));
}

async function checkBroker(url: string): Promise<Finding> {
  if (!URL.canParse(url)) {
    return {
      check: 'broker',
      verdict: 'fault',
      sentence: 'AMQP_URLS holds a text that is no URL (amqp://host:5672).',
    };
  }
  const { hostname, port, protocol } = new URL(url);
  const number = Number(port) || (protocol === 'amqps:' ? 5671 : 5672);
  const fault = await dial(hostname, number);
  return fault === null
    ? { check: 'broker', verdict: 'ok', sentence: `Something listens at ${hostname}:${number}.` }
    : {
        check: 'broker',
        verdict: 'fault',
        sentence: `No broker answers at ${hostname}:${number} (${fault}): start it or correct AMQP_URLS.`,
      };
}

/** Whether InfluxDB answers where it is named. */
export async function checkInflux(url: Address): Promise<Finding> {
  if (url === null) {
    return {
      check: 'store',
      verdict: 'ok',
      sentence: 'INFLUX_URL is not set: npm start keeps its data in DATA_DIR.',
    };
  }
  if (!URL.canParse(url))
    return { check: 'store', verdict: 'fault', sentence: 'INFLUX_URL is no URL (http://host:8086).' };
  const { host } = new URL(url);
  try {
    const answer = await fetch(new URL('/health', url), {
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (answer.ok) return { check: 'store', verdict: 'ok', sentence: `InfluxDB at ${host} is healthy.` };
    return {
      check: 'store',
      verdict: 'fault',
      sentence: `InfluxDB at ${host} answers ${answer.status}: look at its log.`,
    };
  } catch (error) {
    const sentence = `InfluxDB does not answer at ${host} (${causeOf(error)}): start it or correct INFLUX_URL.`;
    return { check: 'store', verdict: 'fault', sentence };
  }
}

function dial(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: TIMEOUT_MS });
    const end = (fault: string | null): void => {
      socket.destroy();
      resolve(fault);
    };
    socket.once('connect', () => end(null));
    socket.once('timeout', () => end(`no answer within ${TIMEOUT_MS / 1_000} s`));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}

function causeOf(error: unknown): string {
  const { name, message, cause } = error as {
    name?: string;
    message?: string;
    cause?: NodeJS.ErrnoException;
  };
  if (name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1_000} s`;
  return cause?.code ?? cause?.message ?? message ?? 'unknown fault';
}

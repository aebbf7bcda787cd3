import { formatTimeOfDay } from '../format/time-format';
import { CLOSE_CODES } from '../protocol';
import type { LinkState } from './gateway-link';

/** The state of the connection in a word or two. */
export function linkWord({ kind }: LinkState): string {
  switch (kind) {
    case 'connecting':
      return 'Connecting';
    case 'open':
      return 'Connected';
    case 'lost':
      return 'Disconnected';
    case 'unauthorized':
      return 'Token needed';
  }
}

/**
 * Why there is no connection, a sentence.
 * @param code the close code of the connection that was lost.
 * @param lostAt when the last connection that worked was lost, ms UTC; null when there was none.
 */
export function lossSentence(code: number, lostAt: number | null): string {
  if (lostAt === null) return 'The gateway does not answer. Trying again.';
  const time = `${formatTimeOfDay(lostAt)} UTC`;
  switch (code) {
    case CLOSE_CODES.tooSlow:
      return `Cut off at ${time}: this page read too slowly. Connecting again.`;
    case CLOSE_CODES.tooManyMessages:
      return `Cut off at ${time}: this page sent too many messages. Connecting again.`;
    default:
      return `Everything stands still since ${time}. Trying to reconnect.`;
  }
}

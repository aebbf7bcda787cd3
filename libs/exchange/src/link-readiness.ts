import type { Topic } from '@neuraltrade/venues';
import type { VenueLink } from './venue-link';

/** More topics or symbols are counted, not named. */
const NAMED = 10;

/** Whether live data of all symbols of a venue's links flows; if not, one sentence on the first thing that keeps it from flowing. */
export function linkReadiness(title: string, links: readonly VenueLink[]): { ok: boolean; reason: string } {
  const closed = links.filter(({ open }) => !open);
  const [first] = closed;
  if (first !== undefined) {
    const all = closed.length === links.length;
    const symbols = closed.flatMap((link) => link.symbols);
    const part = all ? '' : ` for ${enumerated(symbols)}`;
    return { ok: false, reason: `${title} is not connected${part}: ${first.fault}.` };
  }
  const ledgers = links.map(({ connection }) => connection?.ledger).filter((ledger) => ledger !== undefined);
  const refused = ledgers.flatMap((ledger) => ledger.refusals());
  if (refused.length > 0) {
    const what = enumerated(refused.map(({ topic, reason }) => `${named(topic)} (${reason})`));
    return { ok: false, reason: `${title} refused ${what}.` };
  }
  const open = ledgers.flatMap((ledger) => (ledger.pending === 0 ? [] : ledger.unanswered()));
  if (open.length > 0)
    return { ok: false, reason: `${title} has not confirmed ${enumerated(open.map(named))} yet.` };
  return { ok: true, reason: '' };
}

function named({ purpose, symbol }: Topic): string {
  return `${purpose} of ${symbol}`;
}

function enumerated(items: readonly string[]): string {
  const rest = items.length - NAMED;
  return items.slice(0, NAMED).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

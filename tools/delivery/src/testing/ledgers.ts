import type { ServiceProcess } from '@neuraltrade/infra';

/** The account of one stage as a scrape shows it. */
export interface StageLedger {
  /** Records taken in. */
  readonly received: number;
  /** Records that the next stage has. */
  readonly confirmed: number;
  /** Records not handed on, by reason. */
  readonly rejected: Readonly<Record<string, number>>;
  /** Records held now. */
  readonly inFlight: number;
  /** Records of which nobody knows: received less everything else. */
  readonly unaccounted: number;
}

/** The accounts of a service from one scrape, by stage. */
export async function ledgersOf(service: ServiceProcess): Promise<ReadonlyMap<string, StageLedger>> {
  const page = await (await fetch(`${service.url ?? ''}/metrics`)).text();
  const valuesOf = (name: string): RegExpStringIterator<RegExpExecArray> =>
    page.matchAll(
      new RegExp(`^neuraltrade_records_${name}\\{stage="([a-z-]+)"(?:,reason="([a-z-]+)")?\\} (\\d+)$`, 'gm'),
    );
  const inFlight = new Map([...valuesOf('in_flight')].map(([, stage, , value]) => [stage, Number(value)]));
  const confirmed = new Map(
    [...valuesOf('confirmed_total')].map(([, stage, , value]) => [stage, Number(value)]),
  );
  const rejected = [...valuesOf('rejected_total')];
  return new Map(
    [...valuesOf('received_total')].map(([, stage = '', , value]) => {
      const account = {
        received: Number(value),
        confirmed: confirmed.get(stage) ?? NaN,
        rejected: Object.fromEntries(
          rejected
            .filter(([, of]) => of === stage)
            .map(([, , reason = '', count]) => [reason, Number(count)]),
        ),
        inFlight: inFlight.get(stage) ?? NaN,
      };
      const told = Object.values(account.rejected).reduce((sum, count) => sum + count, 0);
      return [
        stage,
        { ...account, unaccounted: account.received - account.confirmed - told - account.inFlight },
      ];
    }),
  );
}

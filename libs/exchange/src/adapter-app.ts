import { type Venue, venueNamed, venues } from '@neuraltrade/venues';

/** One venue's adapter as a deployable service. */
export interface AdapterApp {
  /** The service's name, the same as its project's ('adapter-binance'). */
  readonly name: string;
  /** What it reads. */
  readonly venue: Venue;
}

/** The adapter of the venue with that name. @throws RangeError when no such venue is registered: a fault of the program. */
export function adapterApp(venueName: string): AdapterApp {
  const venue = venueNamed(venueName);
  if (venue === undefined) {
    throw new RangeError(
      `No venue is called ${venueName}; there are ${venues.map(({ name }) => name).join(', ')}.`,
    );
  }
  return { name: `adapter-${venue.name}`, venue };
}

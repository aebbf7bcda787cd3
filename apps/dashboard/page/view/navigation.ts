import { formatAddress, type PageAddress, parseAddress } from './page-address';

/** Where the page is, by its address: links, reload and the back button work. */
export class Navigation {
  private current = parseAddress(location.hash);

  /** @param onChange told the new address and the one before. */
  constructor(private readonly onChange: (now: PageAddress, before: PageAddress) => void) {
    window.addEventListener('hashchange', () => this.arrive(parseAddress(location.hash)));
  }

  /** What the page shows. */
  get address(): PageAddress {
    return this.current;
  }

  /** Goes elsewhere; the back button returns. */
  go(change: Partial<PageAddress>): void {
    const next = { ...this.current, ...change };
    history.pushState(null, '', formatAddress(next));
    this.arrive(next);
  }

  /** Changes how the page looks; the back button passes over it. */
  adjust(change: Partial<PageAddress>): void {
    const next = { ...this.current, ...change };
    history.replaceState(null, '', formatAddress(next));
    this.arrive(next);
  }

  private arrive(next: PageAddress): void {
    const before = this.current;
    this.current = next;
    this.onChange(next, before);
  }
}

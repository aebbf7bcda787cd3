import type { PageAddress } from './page-address';

/** Puts on the page which panels are shown, for the style sheet. */
export function applyLayout({ hidden, panel }: Pick<PageAddress, 'hidden' | 'panel'>): void {
  const { dataset } = document.documentElement;
  dataset['hidden'] = hidden.join(' ');
  dataset['panel'] = panel;
}

import { byId, setSentence, setText } from '../dom/elements';
import { formatAge } from '../format/time-format';
import { linkWord, lossSentence } from './connection-words';
import type { LinkState } from './gateway-link';

/** Without any trade for this long, the page says so, ms. */
const STALE_MS = 30_000;

/** What the head of the page says of the connection, and the dialog that asks for a token. */
export class ConnectionBar {
  private readonly link = byId('link', HTMLElement);
  private readonly notice = byId('notice', HTMLElement);
  private readonly dialog = byId('token-dialog', HTMLDialogElement);
  private readonly refused = byId('token-refused', HTMLElement);
  private state: LinkState = { kind: 'connecting' };
  private silentMs = 0;
  private wasOpen = false;
  /** When the connection was lost, ms UTC; null while there is one, or there was none. */
  private lostAt: number | null = null;

  /** @param onToken told a token that was typed. */
  constructor(onToken: (token: string) => void) {
    const input = byId('token', HTMLInputElement);
    byId('token-form', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      const token = input.value;
      input.value = '';
      onToken(token);
    });
    // Without a token there is nothing to see behind the dialog.
    this.dialog.addEventListener('cancel', (event) => event.preventDefault());
  }

  /** Whether there is a connection. */
  isOpen(): boolean {
    return this.state.kind === 'open';
  }

  /** Shows how the connection is. */
  show(state: LinkState): void {
    // A retry that is under way keeps the words of the loss: they would flicker otherwise.
    if (state.kind === 'connecting' && this.state.kind === 'lost') return;
    this.state = state;
    this.drawLink();
    const isFrozen = state.kind === 'lost' || state.kind === 'unauthorized';
    document.documentElement.classList.toggle('frozen', isFrozen);
    if (state.kind === 'open') {
      this.wasOpen = true;
      this.lostAt = null;
    } else if (this.wasOpen) this.lostAt ??= Date.now();
    setSentence(this.notice, state.kind === 'lost' ? lossSentence(state.code, this.lostAt) : '');
    this.askForToken(state);
  }

  /** Takes how long no trade has come from anywhere, ms. */
  tellSilence(ms: number): void {
    this.silentMs = ms;
    this.drawLink();
  }

  private drawLink(): void {
    const isStale = this.state.kind === 'open' && this.silentMs > STALE_MS;
    this.link.dataset['state'] = isStale ? 'stale' : this.state.kind;
    setText(this.link, isStale ? `Stale: no trade for ${formatAge(this.silentMs)}` : linkWord(this.state));
  }

  private askForToken(state: LinkState): void {
    if (state.kind === 'unauthorized') {
      this.refused.hidden = !state.refused;
      if (!this.dialog.open) this.dialog.showModal();
    } else if (state.kind === 'open') this.dialog.close();
  }
}

import { ChartPanel } from './chart/chart-panel';
import { byId, element, setSentence, setText } from './dom/elements';
import { GatewayLink, type LinkState } from './gateway/gateway-link';
import { PipelineStrip } from './pipeline/pipeline-strip';
import { formatAge, formatTimeOfDay } from './format/price-format';
import { PriceTable } from './prices/price-table';
import type { CandleSeriesName, DashboardMode, ServerMessage } from './protocol';
import { isSameSeries, parseSelection, selectionHash, TIMEFRAMES } from './view/selection';

const TOKEN_KEY = 'neuraltrade.token';
/** Without any trade for this long, the page says so, ms. */
const STALE_MS = 30_000;

const link = byId('link', HTMLElement);
const notice = byId('notice', HTMLElement);
const tokenForm = byId('token-form', HTMLFormElement);
const tokenInput = byId('token', HTMLInputElement);
const pricesSentence = byId('prices-state', HTMLElement);
const timeframes = byId('timeframes', HTMLElement);

let token = sessionStorage.getItem(TOKEN_KEY);
let selection: CandleSeriesName | null = null;
let linkState: LinkState = { kind: 'connecting' };
let wasConnected = false;
/** When the connection was lost, ms UTC; null while there is one. */
let lostAt: number | null = null;
/** The gateway's clock less ours, ms; null until it has told us. */
let clockOffset: number | null = null;

const chart = new ChartPanel(() => token);
const pipeline = new PipelineStrip();
const prices = new PriceTable(byId('prices', HTMLTableElement), (exchange, symbol) =>
  choose({ exchange, symbol, timeframe: selection?.timeframe ?? TIMEFRAMES[0] }),
);
const socketUrl = new URL('ws', location.href);
socketUrl.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
socketUrl.hash = '';
const gateway = new GatewayLink(socketUrl.href, token, { onState: showLink, onMessage: receive });

for (const timeframe of TIMEFRAMES) {
  const button = element('button', '', timeframe);
  button.type = 'button';
  button.dataset['timeframe'] = timeframe;
  button.addEventListener('click', () => selection && choose({ ...selection, timeframe }));
  timeframes.append(button);
}
tokenForm.addEventListener('submit', (event) => {
  event.preventDefault();
  token = tokenInput.value;
  sessionStorage.setItem(TOKEN_KEY, token);
  tokenInput.value = '';
  gateway.useToken(token);
});
window.addEventListener('hashchange', openAddress);
window.addEventListener('online', () => gateway.hurry());
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) gateway.hurry();
});
window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => chart.repaint());
setInterval(everySecond, 1_000);

openAddress();
everySecond();
gateway.connect();

function receive(message: ServerMessage): void {
  switch (message.type) {
    case 'hello':
      return showMode(message.mode);
    case 'prices':
      prices.take(message.prices);
      return chooseFirst();
    case 'candles':
      return chart.take(message);
    case 'pipeline':
      clockOffset = message.now - Date.now();
      pipeline.show(message);
      return showAges();
    case 'trades':
    case 'signals':
    case 'gaps':
      // Not subscribed to.
      return;
    case 'error':
      // The chart asks the same over HTTP and shows that answer in words.
      return;
  }
}

/** Goes to a series by the address, so that links, reload and the back button work. */
function choose(series: CandleSeriesName): void {
  location.hash = selectionHash(series);
}

function chooseFirst(): void {
  if (selection !== null) return;
  const first = prices.suggestion();
  if (first === null) return;
  history.replaceState(null, '', selectionHash({ ...first, timeframe: TIMEFRAMES[0] }));
  openAddress();
}

function openAddress(): void {
  const series = parseSelection(location.hash);
  if (series === null || (selection !== null && isSameSeries(series, selection))) return;
  selection = series;
  prices.select(series.exchange, series.symbol);
  for (const button of timeframes.querySelectorAll('button'))
    button.setAttribute('aria-pressed', String(button.dataset['timeframe'] === series.timeframe));
  document.title = `${series.symbol} ${series.timeframe} · NeuralTrade`;
  chart.open(series);
  gateway.follow(series);
}

function showMode(mode: DashboardMode): void {
  document.documentElement.dataset['mode'] = mode;
  setText(byId('mode', HTMLElement), mode);
}

function showLink(state: LinkState): void {
  // A retry that is under way keeps the words of the loss: they would flicker otherwise.
  if (state.kind === 'connecting' && linkState.kind === 'lost') return;
  linkState = state;
  link.dataset['state'] = state.kind;
  document.body.classList.toggle('frozen', state.kind !== 'open');
  tokenForm.hidden = state.kind !== 'unauthorized';
  if (state.kind === 'open') {
    setSentence(notice, '');
    if (wasConnected) chart.refresh();
    wasConnected = true;
    lostAt = null;
  }
  if (state.kind === 'unauthorized')
    setSentence(notice, state.refused ? 'The gateway refused the token.' : '');
  if (state.kind === 'lost') setSentence(notice, lossSentence());
  setText(link, linkWord(state));
}

function linkWord(state: LinkState): string {
  switch (state.kind) {
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

function lossSentence(): string {
  if (!wasConnected) return 'The gateway does not answer. Trying again.';
  lostAt ??= Date.now();
  return `Disconnected at ${formatTimeOfDay(lostAt)} UTC: prices and chart stand still. Trying to reconnect.`;
}

function everySecond(): void {
  setText(byId('clock', HTMLElement), `${formatTimeOfDay(Date.now())} UTC`);
  if (linkState.kind !== 'open') showAges();
}

function showAges(): void {
  if (clockOffset === null) return;
  const newest = prices.age(Date.now() + clockOffset);
  if (newest === null) return setSentence(pricesSentence, 'No trade has arrived yet.');
  const isStale = linkState.kind === 'open' && newest > STALE_MS;
  setSentence(pricesSentence, isStale ? `Stale: no trade for ${formatAge(newest)}.` : '');
}

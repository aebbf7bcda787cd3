import { ChartPanel } from './chart/chart-panel';
import { byId, setSentence, setText } from './dom/elements';
import { capitalized, formatPrice } from './format/price-format';
import { formatTimeOfDay } from './format/time-format';
import { ConnectionBar } from './gateway/connection-bar';
import { GatewayLink } from './gateway/gateway-link';
import { HistoryRequests } from './gateway/history-requests';
import { SeriesFeeds } from './gateway/series-feeds';
import { PipelinePanel } from './pipeline/pipeline-panel';
import { PriceMatrix } from './prices/price-matrix';
import type { CandleSeriesName, PipelineMessage, ServerMessage } from './protocol';
import { SignalsPanel } from './signals/signals-panel';
import { TradeTape } from './tape/trade-tape';
import { HelpDialog } from './view/help-dialog';
import { applyLayout } from './view/layout';
import { Navigation } from './view/navigation';
import {
  isSameSeries,
  type OverlayName,
  type PageAddress,
  type PanelName,
  TIMEFRAMES,
  toggled,
} from './view/page-address';
import { pageShortcuts } from './view/page-shortcuts';
import { SeriesControls } from './view/series-controls';
import { Shortcuts } from './view/shortcuts';
import { ThemeSwitch } from './view/theme';
import { throttled } from './view/throttle';
import { ToggleGroup } from './view/toggle-group';

const TOKEN_KEY = 'neuraltrade.token';
/** Who goes through symbols with a key held down asks the gateway this often at most, ms: it takes 20 messages a second. */
const SWITCH_MS = 500;
const PANEL_NAMES: Record<PanelName, string> = {
  prices: 'Prices',
  chart: 'Chart',
  tape: 'Trades',
  signals: 'Signals',
  pipeline: 'Pipeline',
};

let token = sessionStorage.getItem(TOKEN_KEY);
/** The gateway's clock less ours, ms; null until it has told us. */
let clockOffset: number | null = null;
const stored = new HistoryRequests(() => token);

const navigation = new Navigation(show);
const prices = new PriceMatrix(byId('prices', HTMLElement), (exchange, symbol) =>
  navigation.go({
    series: { timeframe: TIMEFRAMES[0], ...navigation.address.series, exchange, symbol },
    panel: 'chart',
  }),
);
const chart = new ChartPanel(stored);
const tape = new TradeTape();
const signals = new SignalsPanel(stored, now, {
  onChoose: (series) => navigation.go({ series, panel: 'chart' }),
  onScope: (of) => navigation.adjust({ signals: of }),
  onMarket: (judged) => chart.showSignals(judged),
});
const pipeline = new PipelinePanel();
const connection = new ConnectionBar((typed) => {
  token = typed;
  sessionStorage.setItem(TOKEN_KEY, typed);
  gateway.useToken(typed);
});
const socketUrl = new URL('ws', location.href);
socketUrl.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
socketUrl.hash = '';
const gateway = new GatewayLink(socketUrl.href, token, {
  onState: (state) => connection.show(state),
  onMessage: receive,
});
const feeds = new SeriesFeeds(gateway);
const openSeries = throttled(showSeries, SWITCH_MS);
/** Whether the gateway did not know the market of the chart when it was asked. */
let isUnknown = false;

const controls = new SeriesControls(prices, (series) => navigation.go({ series }), toggleOverlay);
const panelSwitches = new ToggleGroup(byId('panel-switches', HTMLElement), PANEL_NAMES, (panel) =>
  navigation.adjust({ hidden: toggled(navigation.address.hidden, panel) }),
);
const tabs = new ToggleGroup(byId('tabs', HTMLElement), PANEL_NAMES, (panel) => navigation.adjust({ panel }));
const theme = new ThemeSwitch(byId('theme', HTMLButtonElement), () => chart.repaint());
const help = new HelpDialog(
  new Shortcuts(pageShortcuts({ chart, controls, theme, toggleOverlay, openHelp: () => help.open() })),
);
byId('help-open', HTMLButtonElement).addEventListener('click', () => help.open());
window.addEventListener('online', () => gateway.hurry());
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) gateway.hurry();
});
setInterval(everySecond, 1_000);

show(navigation.address, null);
everySecond();
document.documentElement.classList.add('ready');
for (const channel of ['prices', 'pipeline', 'signals'] as const) gateway.subscribe({ channel });
gateway.connect();

function receive(message: ServerMessage): void {
  switch (message.type) {
    case 'hello':
      document.documentElement.dataset['mode'] = message.mode;
      return setText(byId('mode', HTMLElement), message.mode);
    case 'prices':
      prices.take(message.prices);
      return chooseFirst();
    case 'candles':
      return chart.take(message);
    case 'trades':
      return tape.take(message);
    case 'gaps':
      return chart.takeGaps(message);
    case 'signals':
      return signals.take(message);
    case 'pipeline':
      return takePipeline(message);
    case 'error':
      // The chart asks the same over HTTP and shows that answer in words.
      isUnknown ||= message.code === 'unknown-symbol';
      return;
  }
}

function takePipeline(message: PipelineMessage): void {
  clockOffset = message.now - Date.now();
  pipeline.show(message);
  signals.tellEngine(message.components.some(({ component }) => component.startsWith('ml-engine')));
  showAges();
}

function toggleOverlay(overlay: OverlayName): void {
  navigation.adjust({ off: toggled(navigation.address.off, overlay) });
}

/** A market that has just become known may be the first one, or the one that was waited for. */
function chooseFirst(): void {
  const { series } = navigation.address;
  if (series === null) {
    const first = prices.suggestion();
    if (first !== null) navigation.adjust({ series: { ...first, timeframe: TIMEFRAMES[0] } });
    return;
  }
  controls.show(navigation.address);
  if (!isUnknown || !prices.venuesOf(series.symbol).includes(series.exchange)) return;
  isUnknown = false;
  chart.open(series);
  feeds.followAgain();
}

/** Shows what the address says. */
function show(address: PageAddress, before: PageAddress | null): void {
  applyLayout(address);
  controls.show(address);
  panelSwitches.show((panel) => !address.hidden.includes(panel));
  tabs.show((panel) => panel === address.panel);
  chart.switchOff(address.off);
  if (address.series !== null && !isSameSeries(address.series, before?.series ?? null)) {
    prices.select(address.series.exchange, address.series.symbol);
    openSeries(address.series);
  }
  showTitle();
  signals.show(address.series, address.signals);
}

function showSeries(series: CandleSeriesName): void {
  const { exchange, symbol } = series;
  isUnknown = false;
  chart.open(series);
  tape.open(series);
  setText(byId('tape-market', HTMLElement), `${symbol} on ${capitalized(exchange)}`);
  feeds.follow(series);
  signals.show(series, navigation.address.signals);
}

/** The tab tells the price of the chart's market. */
function showTitle(): void {
  const { series } = navigation.address;
  if (series === null) return;
  const last = prices.lastOf(series.exchange, series.symbol);
  const price = last === null ? '' : `${formatPrice(last)} `;
  document.title = `${price}${series.symbol} ${capitalized(series.exchange)} · NeuralTrade`;
}

function everySecond(): void {
  showTitle();
  setText(byId('clock', HTMLElement), `${formatTimeOfDay(Date.now())} UTC`);
  if (connection.isOpen()) return;
  pipeline.passSecond();
  showAges();
}

/** The clock that ages are counted by, ms UTC; null until the gateway has told it. */
function now(): number | null {
  return clockOffset === null ? null : Date.now() + clockOffset;
}

function showAges(): void {
  const instant = now();
  if (instant === null) return;
  const newest = prices.age(instant);
  setSentence(byId('prices-state', HTMLElement), newest === null ? 'No trade has arrived yet.' : '');
  connection.tellSilence(newest ?? 0);
}

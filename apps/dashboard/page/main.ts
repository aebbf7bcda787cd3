import { ChartPanel } from './chart/chart-panel';
import { byId, setSentence, setText } from './dom/elements';
import { capitalized } from './format/price-format';
import { formatTimeOfDay } from './format/time-format';
import { ConnectionBar } from './gateway/connection-bar';
import { GatewayLink } from './gateway/gateway-link';
import { HistoryRequests } from './gateway/history-requests';
import { SeriesFeeds } from './gateway/series-feeds';
import { PipelinePanel } from './pipeline/pipeline-panel';
import { PriceMatrix } from './prices/price-matrix';
import type { CandleSeriesName, PipelineMessage, ServerMessage } from './protocol';
import { SignalFeed } from './signals/signal-feed';
import { SignalList } from './signals/signal-list';
import { signalTally } from './signals/signal-tally';
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
import { ToggleGroup } from './view/toggle-group';

const TOKEN_KEY = 'neuraltrade.token';
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
const signals = new SignalFeed(stored, now, showSignals);

const navigation = new Navigation(show);
const prices = new PriceMatrix(byId('prices', HTMLElement), (exchange, symbol) =>
  navigation.go({
    series: { timeframe: TIMEFRAMES[0], ...navigation.address.series, exchange, symbol },
    panel: 'chart',
  }),
);
const chart = new ChartPanel(stored);
const tape = new TradeTape();
const signalList = new SignalList(({ exchange, symbol, timeframe }) =>
  navigation.go({ series: { exchange, symbol, timeframe }, panel: 'chart' }),
);
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

const controls = new SeriesControls(prices, (series) => navigation.go({ series }), toggleOverlay);
const panelSwitches = new ToggleGroup(byId('panel-switches', HTMLElement), PANEL_NAMES, (panel) =>
  navigation.adjust({ hidden: toggled(navigation.address.hidden, panel) }),
);
const tabs = new ToggleGroup(byId('tabs', HTMLElement), PANEL_NAMES, (panel) => navigation.adjust({ panel }));
const signalsOf = new ToggleGroup(
  byId('signals-of', HTMLElement),
  { all: 'All', symbol: 'This market' },
  (of) => navigation.adjust({ signals: of }),
);
const theme = new ThemeSwitch(byId('theme', HTMLButtonElement), () => chart.repaint());
const help = new HelpDialog(
  new Shortcuts(pageShortcuts({ chart, controls, theme, toggleOverlay, openHelp: () => help.open() })),
);
byId('help-open', HTMLButtonElement).addEventListener('click', () => help.open());
byId('newest', HTMLButtonElement).addEventListener('click', () => chart.showNewest());
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
      return;
  }
}

function takePipeline(message: PipelineMessage): void {
  clockOffset = message.now - Date.now();
  pipeline.show(message);
  signalList.tellEngine(message.components.some(({ component }) => component.startsWith('ml-engine')));
  showAges();
}

function toggleOverlay(overlay: OverlayName): void {
  navigation.adjust({ off: toggled(navigation.address.off, overlay) });
}

function chooseFirst(): void {
  const { series } = navigation.address;
  const first = series === null ? prices.suggestion() : null;
  if (first !== null) navigation.adjust({ series: { ...first, timeframe: TIMEFRAMES[0] } });
  else controls.show(navigation.address);
}

/** Shows what the address says. */
function show(address: PageAddress, before: PageAddress | null): void {
  applyLayout(address);
  controls.show(address);
  panelSwitches.show((panel) => !address.hidden.includes(panel));
  tabs.show((panel) => panel === address.panel);
  signalsOf.show((of) => of === address.signals);
  chart.switchOff(address.off);
  if (address.series !== null && !isSameSeries(address.series, before?.series ?? null))
    openSeries(address.series);
  showSignals();
}

function openSeries(series: CandleSeriesName): void {
  const { exchange, symbol, timeframe } = series;
  prices.select(exchange, symbol);
  document.title = `${symbol} ${timeframe} · NeuralTrade`;
  setText(byId('tape-market', HTMLElement), `${symbol} on ${capitalized(exchange)}`);
  chart.open(series);
  tape.open();
  feeds.follow(series);
}

function showSignals(): void {
  const { series, signals: of } = navigation.address;
  const all = signals.newestFirst();
  const own = all.filter(
    ({ signal }) => signal.exchange === series?.exchange && signal.symbol === series.symbol,
  );
  const listed = of === 'symbol' ? own : all;
  chart.showSignals(own);
  signalList.show(listed);
  setText(byId('signals-tally', HTMLElement), signalTally(listed));
}

function everySecond(): void {
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

/** A whole number that a fault takes: what counts where it is not given, and its range. */
export interface FaultParameter {
  /** What counts where it is not given. */
  readonly usual: number;
  /** Least. */
  readonly min: number;
  /** Most. */
  readonly max: number;
}

/** What may be told of a fault beside its place. */
export type FaultParameterName = 'count' | 'ms' | 'forMs' | 'retryAfter';

/** One kind of fault. */
export interface FaultKindEntry {
  /** Whether it befalls one symbol of a venue or the whole venue. */
  readonly befalls: 'symbol' | 'venue';
  /** What it does, for people. */
  readonly does: string;
  /** Trades, taker orders or subscribe requests, as `does` says. */
  readonly count?: FaultParameter;
  /** A delay, limit or shift as `does` says, ms. */
  readonly ms?: FaultParameter;
  /** How long it lasts, ms of the simulator's clock. */
  readonly forMs?: FaultParameter;
  /** The Retry-After of REST answers, seconds. */
  readonly retryAfter?: FaultParameter;
}

const counted = (usual: number, max = 10_000): FaultParameter => ({ usual, min: 1, max });
const span = (usual: number, max = 600_000): FaultParameter => ({ usual, min: 1, max });
const RETRY_AFTER: FaultParameter = { usual: 2, min: 1, max: 3_600 };

function kinds<Name extends string>(
  table: Readonly<Record<Name, FaultKindEntry>>,
): Readonly<Record<Name, FaultKindEntry>> {
  return table;
}

/** Every fault that can be commanded. */
export const FAULT_KINDS = kinds({
  'drop-trades': {
    befalls: 'symbol',
    does: 'the next `count` trades happen and are served by REST, but are not sent',
    count: counted(5),
  },
  'duplicate-frames': {
    befalls: 'symbol',
    does: 'the frames of the next `count` taker orders are sent twice',
    count: counted(3),
  },
  'swap-frames': {
    befalls: 'symbol',
    does: 'the frames of the next taker order wait for those of the one after it, at most `ms`',
    ms: span(2_000),
  },
  'reorder-frames': {
    befalls: 'symbol',
    does: 'the next `count` taker orders, or those of `ms`, are sent in reverse',
    count: { usual: 5, min: 2, max: 1_000 },
    ms: span(2_000),
  },
  'late-trades': {
    befalls: 'symbol',
    does: 'each of the next `count` taker orders is sent `ms` late, after newer ones',
    count: counted(2, 1_000),
    ms: span(3_000),
  },
  'silence-symbol': {
    befalls: 'symbol',
    does: 'the symbol sends nothing any more until it is subscribed again',
  },
  'silence-quotes': {
    befalls: 'symbol',
    does: "the symbol's quotes stop until they are subscribed again; its trades flow",
  },
  garbage: { befalls: 'venue', does: 'every client gets one frame that is cut off in the middle' },
  'refuse-subscription': {
    befalls: 'venue',
    does: 'the next `count` subscribe requests are refused; after `forMs` no more',
    count: counted(1),
    forMs: span(60_000),
  },
  'lose-ack': {
    befalls: 'venue',
    does: 'of the next `count` subscribe requests the first frame of the answer is lost; after `forMs` no more',
    count: counted(1),
    forMs: span(60_000),
  },
  stall: {
    befalls: 'venue',
    does: 'the present clients are sent nothing for `forMs`, lost for good; pings are answered',
    forMs: span(15_000),
  },
  'half-open': {
    befalls: 'venue',
    does: 'the present clients are sent nothing and nothing of theirs is read for `forMs`',
    forMs: span(15_000),
  },
  'cut-clients': { befalls: 'venue', does: 'the present clients are cut without a word' },
  'clock-skew': {
    befalls: 'venue',
    does: "the venue's clock is `ms` off for `forMs`: match times, send times and REST; it never runs backwards",
    ms: { usual: 2_000, min: -600_000, max: 600_000 },
    forMs: span(20_000, 3_600_000),
  },
  'announce-shutdown': {
    befalls: 'venue',
    does: 'the venue announces its shutdown and cuts the present clients `ms` later',
    ms: span(10_000),
  },
  'rest-429': {
    befalls: 'venue',
    does: 'REST answers 429 for `forMs`; who asks on before `retryAfter` is over is banned where the venue bans',
    forMs: span(10_000),
    retryAfter: RETRY_AFTER,
  },
  'rest-418': {
    befalls: 'venue',
    does: 'REST answers 418, a ban, for `forMs`',
    forMs: span(10_000),
    retryAfter: { ...RETRY_AFTER, usual: 10 },
  },
  'rest-500': { befalls: 'venue', does: 'REST answers 500 for `forMs`', forMs: span(10_000) },
  'rest-503': {
    befalls: 'venue',
    does: 'REST answers 503 for `forMs`',
    forMs: span(10_000),
    retryAfter: RETRY_AFTER,
  },
  'rest-slow': {
    befalls: 'venue',
    does: 'REST answers come `ms` late for `forMs`',
    ms: span(3_000, 120_000),
    forMs: span(10_000),
  },
  'rest-truncated': {
    befalls: 'venue',
    does: 'REST connections break in the middle of the answer for `forMs`',
    forMs: span(10_000),
  },
});

/** The name of a fault. */
export type FaultKind = keyof typeof FAULT_KINDS;

/** The names of all faults. */
export const FAULT_NAMES = Object.keys(FAULT_KINDS) as readonly FaultKind[];

/** Whether a text is the name of a fault. */
export function isFaultKind(text: string): text is FaultKind {
  return Object.hasOwn(FAULT_KINDS, text);
}

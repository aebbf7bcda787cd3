import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Candle, candleSchema } from '@neuraltrade/contracts';
import { ExpectedError } from '@neuraltrade/service';
import { openDuckDbStore, storeDirectory, StoreOpenError } from '@neuraltrade/storage';
import { z } from 'zod';
import type { ReconcileRequest } from './arguments';

const API_PAGE = 1_000;
const STORE_PAGE = 5_000;
const TIMEOUT_MS = 15_000;
/** Candles behind the range that are looked at, since they tell whether a hole at its end was observed. */
const CONTEXT = 60;

/** Our candles, from wherever they are kept. */
export interface OurCandles {
  /** Where the venue answers as the pipeline has it; null where nothing says so. */
  readonly restUrl: string | null;
  /** The candles of a symbol in the range and next to it, ascending. @throws ExpectedError with a sentence. */
  read(symbol: string): Promise<Candle[]>;
  /** Lets go of the store. */
  close(): Promise<void>;
}

/**
 * Our candles of a request: of the running pipeline, or of the store that a stopped one left.
 * @param token shown to the pipeline; undefined when it wants none.
 * @throws ExpectedError with a sentence when they cannot be had.
 */
export function ourCandles(request: ReconcileRequest, token: string | undefined): Promise<OurCandles> {
  return request.source.kind === 'pipeline'
    ? ofPipeline(request, request.source.url, token)
    : ofStore(request, request.source.dataDirectory);
}

const pipelineSchema = z.object({
  mode: z.enum(['simulated', 'live', 'replay']),
  venues: z.array(z.object({ exchange: z.string(), restUrl: z.string() })).optional(),
});

async function ofPipeline(
  request: ReconcileRequest,
  url: string,
  token: string | undefined,
): Promise<OurCandles> {
  const { venue, timeframe, live } = request;
  const pipeline = pipelineSchema.safeParse((await getJson(`${url}/api/pipeline`, token)).body);
  if (!pipeline.success)
    throw new ExpectedError(`What answers at ${url} is no pipeline of ours: name one with --url.`);
  const { mode, venues = [] } = pipeline.data;
  if (live && mode !== 'live')
    throw new ExpectedError(
      `The pipeline at ${url} is ${mode}, not live: start one with --live, or leave it out here.`,
    );
  if (mode === 'replay' && request.restUrl === null)
    throw new ExpectedError(
      `The pipeline at ${url} replays recorded frames: name the venue's address with --rest-url.`,
    );
  const query = new URLSearchParams({ exchange: venue.name, timeframe });
  return {
    restUrl: venues.find(({ exchange }) => exchange === venue.name)?.restUrl ?? null,
    read: (symbol) =>
      readPages(request, API_PAGE, async (before, limit) => {
        const path = `${url}/api/candles?${query.toString()}&symbol=${encodeURIComponent(symbol)}&limit=${limit}&before=${before}`;
        const { status, body } = await getJson(path, token);
        const candles = z.array(candleSchema).safeParse(body);
        if (status === 200 && candles.success) return candles.data;
        throw new ExpectedError(
          `The pipeline at ${url} gives no ${timeframe} candles of ${symbol}: ${wordsOf(body, status)}`,
        );
      }),
    close: () => Promise.resolve(),
  };
}

async function getJson(url: string, token: string | undefined): Promise<{ status: number; body: unknown }> {
  const { host } = new URL(url);
  try {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(url, {
      headers,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: 'manual',
    });
    const text = await response.text();
    if (response.status === 401)
      throw new ExpectedError(
        `The pipeline at ${host} wants its token: set AUTH_TOKEN to the one it was started with.`,
      );
    return { status: response.status, body: JSON.parse(text) as unknown };
  } catch (error) {
    if (error instanceof ExpectedError) throw error;
    const { message, cause, name } = error as Error & { cause?: NodeJS.ErrnoException };
    if (error instanceof SyntaxError)
      throw new ExpectedError(`What answers at ${host} is no pipeline of ours: name one with --url.`);
    const fault =
      name === 'TimeoutError'
        ? `no answer within ${TIMEOUT_MS / 1_000} s`
        : (cause?.code ?? cause?.message ?? message);
    throw new ExpectedError(
      `No pipeline answers at ${host} (${fault}): start one with npm start, name it with --url, or read a stopped one's data with --data-dir.`,
    );
  }
}

function wordsOf(body: unknown, status: number): string {
  const fault = z.object({ error: z.object({ message: z.string() }) }).safeParse(body);
  return fault.success
    ? fault.data.error.message.slice(0, 300)
    : `it answered ${status} with something else.`;
}

async function ofStore(request: ReconcileRequest, dataDirectory: string): Promise<OurCandles> {
  const mode = request.live ? 'live' : 'simulated';
  const directory = join(storeDirectory(dataDirectory, mode), 'store');
  if (!existsSync(join(directory, 'market.duckdb')))
    throw new ExpectedError(
      `There is no store of ${mode} data in ${dataDirectory}: name the directory with --data-dir.`,
    );
  const store = await openDuckDbStore({ directory }).catch((error: unknown) => {
    if (error instanceof StoreOpenError)
      throw new ExpectedError(
        `${error.message} Where its pipeline runs, read from it with --url instead of --data-dir.`,
      );
    throw error;
  });
  const { timeframe } = request;
  return {
    restUrl: null,
    read: (symbol) =>
      readPages(request, STORE_PAGE, (before, limit) =>
        store.candles({ exchange: request.venue.name, symbol, timeframe, before, limit }),
      ),
    close: () => store.close(),
  };
}

/** Goes back from behind the range's end until one candle lies before its beginning, or there are no more. */
async function readPages(
  { from, to, lengthMs }: ReconcileRequest,
  limit: number,
  read: (before: number, limit: number) => Promise<readonly Candle[]>,
): Promise<Candle[]> {
  const pages: (readonly Candle[])[] = [];
  for (let before = to + CONTEXT * lengthMs; ;) {
    const page = await read(before, limit);
    const [oldest] = page;
    if (oldest === undefined || oldest.timestamp >= before) break;
    pages.unshift(page);
    if (oldest.timestamp < from || page.length < limit) break;
    before = oldest.timestamp;
  }
  return pages.flat();
}

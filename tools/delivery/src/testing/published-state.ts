import { type AdapterState, decodeState } from '@neuraltrade/exchange';
import { logNames } from '@neuraltrade/contracts';
import type { MessageBus } from '@neuraltrade/messaging';

/** The newest state in the log of an adapter; null when it holds none. */
export async function publishedState(
  bus: MessageBus,
  exchange: string,
  instance = '',
): Promise<AdapterState | null> {
  const log = await bus.openLog(logNames.adapterState(exchange, instance));
  const mark = `read-${performance.now()}`;
  await log.append({ headers: { type: 'read', mark }, body: Buffer.alloc(0) });
  let newest: AdapterState | null = null;
  let atEnd = (): void => undefined;
  const end = new Promise<void>((resolve) => (atEnd = resolve));
  const reader = await log.follow(({ headers, body }) => {
    if (headers['type'] === 'state') newest = decodeState(body);
    if (headers['mark'] === mark) atEnd();
  });
  await end;
  await reader.close();
  return newest;
}

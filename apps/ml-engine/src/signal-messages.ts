import { AMQP_EXCHANGES, encodeBatch, type MlSignal, routingKeys } from '@neuraltrade/contracts';
import type { OutgoingMessage } from '@neuraltrade/messaging';

/** Signals of one model as messages, one for each symbol of a venue; the same signals make the same ids. */
export function signalMessages(signals: readonly MlSignal[]): OutgoingMessage[] {
  const byRoute = new Map<string, MlSignal[]>();
  for (const signal of signals) {
    const route = routingKeys.signal(signal.exchange, signal.symbol);
    const known = byRoute.get(route);
    if (known === undefined) byRoute.set(route, [signal]);
    else known.push(signal);
  }
  return [...byRoute].map(([routingKey, ofSymbol]) => {
    const [first] = ofSymbol as [MlSignal];
    const last = ofSymbol.at(-1) as MlSignal;
    return {
      amqpExchange: AMQP_EXCHANGES.signals,
      routingKey,
      messageId: `${routingKey}:${first.modelVersion}:${first.timestamp}-${last.timestamp}`,
      ...encodeBatch('signals', ofSymbol),
    };
  });
}

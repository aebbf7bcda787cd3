import { compileTopicPattern, topicWords, type TopicPattern } from './topic-pattern';

/** Routing keys are symbols x timeframes: a few hundred; beyond this something else is wrong, and memory stays bounded. */
const MAX_CACHED_KEYS = 4_096;

interface Binding<T> {
  readonly pattern: string;
  readonly matches: TopicPattern;
  readonly target: T;
}

interface Exchange<T> {
  bindings: Binding<T>[];
  readonly routes: Map<string, readonly T[]>;
}

/** The bindings of topic amqp exchanges, and which targets a routing key leads to. */
export class TopicRouter<T> {
  private readonly exchanges = new Map<string, Exchange<T>>();

  /** Binds a target; repeating a binding changes nothing. */
  bind(amqpExchange: string, pattern: string, target: T): void {
    const exchange = this.exchange(amqpExchange);
    if (exchange.bindings.some((known) => known.target === target && known.pattern === pattern)) return;
    exchange.bindings.push({ pattern, matches: compileTopicPattern(pattern), target });
    exchange.routes.clear();
  }

  /** Takes every binding of a target away. */
  unbind(target: T): void {
    for (const exchange of this.exchanges.values()) {
      exchange.bindings = exchange.bindings.filter((binding) => binding.target !== target);
      exchange.routes.clear();
    }
  }

  /** Every target with a matching binding, each once, in the order of their first bindings. */
  route(amqpExchange: string, routingKey: string): readonly T[] {
    const exchange = this.exchange(amqpExchange);
    const known = exchange.routes.get(routingKey);
    if (known !== undefined) return known;
    const words = topicWords(routingKey);
    const targets = new Set<T>();
    for (const binding of exchange.bindings) if (binding.matches(words)) targets.add(binding.target);
    if (exchange.routes.size >= MAX_CACHED_KEYS) exchange.routes.clear();
    const route = [...targets];
    exchange.routes.set(routingKey, route);
    return route;
  }

  private exchange(name: string): Exchange<T> {
    let exchange = this.exchanges.get(name);
    if (exchange === undefined) {
      exchange = { bindings: [], routes: new Map() };
      this.exchanges.set(name, exchange);
    }
    return exchange;
  }
}

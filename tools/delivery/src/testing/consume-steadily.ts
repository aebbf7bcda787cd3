import type { ConsumeOptions, Delivery, MessageBus } from '@neuraltrade/messaging';

/**
 * Consumes a queue over lost connections, until the bus is closed.
 * @param take is given each delivery and a function that takes it off the queue; without a call of that the delivery waits.
 */
export async function consumeSteadily(
  bus: MessageBus,
  queue: string,
  options: ConsumeOptions,
  take: (delivery: Delivery, ack: () => void) => void,
): Promise<void> {
  const subscription = await bus.consume(queue, options, (delivery) =>
    take(delivery, () => subscription.ack(delivery.tag)),
  );
  void subscription.ended.then((how) => {
    // Refused only once the bus is closed.
    if (how === 'lost') void consumeSteadily(bus, queue, options, take).catch(() => undefined);
  });
}

import type { RabbitMq } from '@neuraltrade/infra';

type Broker = Pick<RabbitMq, 'rabbitmqctl'>;

const LOOK_EVERY_MS = 50;
/**
 * Asks the broker itself, at once and exactly: what it lists of a quorum queue is some seconds old. Unknown where the queue has no
 * leader now.
 */
const MESSAGES = `Messages = fun(Queue) ->
    case catch ra:leader_query(amqqueue:get_pid(Queue), fun rabbit_fifo:query_messages_total/1) of
      {ok, {_, Count}, _} -> Count;
      _ -> unknown
    end
  end`;
/** So often in a row a queue must be seen empty before it is deleted: what a held publisher sent before may be on its way. */
const EMPTY_LOOKS = 4;

/** Messages of each core queue whose name begins so and that holds any, those under way to a consumer included. */
export async function waitingMessages(
  broker: Broker,
  prefix: string,
  withinMs: number,
): Promise<ReadonlyMap<string, string>> {
  const told = await broker.rabbitmqctl(
    'eval',
    `${MESSAGES},
     Full = fun() ->
       [{Name, Count} || Queue <- rabbit_amqqueue:list(<<"/">>),
         {resource, _, queue, Name} <- [amqqueue:get_name(Queue)],
         string:prefix(Name, <<"${prefix}">>) =/= nomatch,
         Count <- [Messages(Queue)], Count =/= 0]
     end,
     Wait = fun
       Wait([], _) -> [];
       Wait(Left, 0) -> Left;
       Wait(_, Looks) -> timer:sleep(${LOOK_EVERY_MS}), Wait(Full(), Looks - 1)
     end,
     Wait(Full(), ${Math.ceil(withinMs / LOOK_EVERY_MS)}).`,
  );
  return new Map(
    [...told.matchAll(/\{<<"([^"]+)">>,\s*(\w+)\}/g)].map(([, name, count]) => [name ?? '', count ?? '']),
  );
}

/**
 * Waits until the core queues whose names begin so hold nothing any more.
 * @returns null, or a sentence that names those which still do when the time is over.
 */
export async function drained(broker: Broker, prefix: string, withinMs: number): Promise<string | null> {
  const left = [...(await waitingMessages(broker, prefix, withinMs))];
  if (left.length === 0) return null;
  return `After ${withinMs / 1_000} s messages still wait: ${left.map(([name, count]) => `${count} in ${name}`).join(', ')}.`;
}

/**
 * Deletes a core queue as soon as it holds nothing, neither waiting nor unanswered. Its publishers must be held meanwhile.
 * @throws Error when the queue is not there, or is never empty within the time.
 */
export async function deleteWhenEmpty(broker: Broker, queue: string, withinMs: number): Promise<void> {
  const told = await broker.rabbitmqctl(
    'eval',
    `${MESSAGES},
     Name = rabbit_misc:r(<<"/">>, queue, <<"${queue}">>),
     Look = fun
       Look(_, 0) -> {ok, Queue} = rabbit_amqqueue:lookup(Name),
         rabbit_amqqueue:delete(Queue, false, false, <<"verify">>), deleted;
       Look(0, _) -> never_empty;
       Look(Left, Empty) ->
         timer:sleep(${LOOK_EVERY_MS}),
         {ok, Queue} = rabbit_amqqueue:lookup(Name),
         case Messages(Queue) of
           0 -> Look(Left - 1, Empty - 1);
           _ -> Look(Left - 1, ${EMPTY_LOOKS})
         end
     end,
     Look(${Math.ceil(withinMs / LOOK_EVERY_MS)}, ${EMPTY_LOOKS}).`,
  );
  if (told.trim() !== 'deleted')
    throw new Error(`the queue ${queue} was not empty within ${withinMs / 1_000} s (${told.trim()})`);
}

/**
 * Waits until a queue is there and somebody consumes it.
 * @throws Error when that is not so within the time.
 */
export async function consumed(broker: Broker, queue: string, withinMs: number): Promise<void> {
  const told = await broker.rabbitmqctl(
    'eval',
    `Name = rabbit_misc:r(<<"/">>, queue, <<"${queue}">>),
     Consumed = fun() ->
       case rabbit_amqqueue:lookup(Name) of
         {ok, Queue} -> case catch rabbit_amqqueue:consumers(Queue) of [_ | _] -> true; _ -> false end;
         _ -> false
       end
     end,
     Wait = fun
       Wait(true, _) -> consumed;
       Wait(false, 0) -> not_consumed;
       Wait(false, Looks) -> timer:sleep(${LOOK_EVERY_MS}), Wait(Consumed(), Looks - 1)
     end,
     Wait(Consumed(), ${Math.ceil(withinMs / LOOK_EVERY_MS)}).`,
  );
  if (told.trim() !== 'consumed')
    throw new Error(`nobody consumed the queue ${queue} within ${withinMs / 1_000} s (${told.trim()})`);
}

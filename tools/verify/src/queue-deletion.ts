import type { RabbitMq } from '@neuraltrade/infra';

const LOOK_EVERY_MS = 50;
/** So often in a row the queue must be seen empty: what a held publisher sent before may still be on its way. */
const EMPTY_LOOKS = 4;

/**
 * Deletes a core queue as soon as it holds nothing, neither waiting nor unanswered. Its publishers must be held meanwhile.
 * The broker itself is asked, at once and exactly: what it lists of a quorum queue is some seconds old.
 * @throws Error when the queue is not there, or is never empty within the time.
 */
export async function deleteWhenEmpty(
  broker: Pick<RabbitMq, 'rabbitmqctl'>,
  queue: string,
  withinMs: number,
): Promise<void> {
  const looks = Math.ceil(withinMs / LOOK_EVERY_MS);
  const told = await broker.rabbitmqctl(
    'eval',
    `Name = rabbit_misc:r(<<"/">>, queue, <<"${queue}">>),
     Look = fun
       Look(_, 0) -> {ok, Queue} = rabbit_amqqueue:lookup(Name),
         rabbit_amqqueue:delete(Queue, false, false, <<"verify">>), deleted;
       Look(0, _) -> never_empty;
       Look(Left, Empty) ->
         timer:sleep(${LOOK_EVERY_MS}),
         {ok, Queue} = rabbit_amqqueue:lookup(Name),
         case ra:leader_query(amqqueue:get_pid(Queue), fun rabbit_fifo:query_messages_total/1) of
           {ok, {_, 0}, _} -> Look(Left - 1, Empty - 1);
           _ -> Look(Left - 1, ${EMPTY_LOOKS})
         end
     end,
     Look(${looks}, ${EMPTY_LOOKS}).`,
  );
  if (told.trim() !== 'deleted')
    throw new Error(
      `The queue ${queue} was not deleted, since it was not empty within ${withinMs} ms: ${told.trim()}`,
    );
}

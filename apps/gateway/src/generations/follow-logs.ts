import { isTerminal } from '@imagegen/core/generation/status';
import type { GatewayContext } from '../context.ts';
import type { Ask } from '../events/log-reader.ts';
import type { LiveEvent } from '../events/present-event.ts';

/**
 * What comes after these positions, each log in its order, until the last log has ended or `signal` aborts. No more than a page of each log
 * is read ahead: whoever takes no event costs no more, however far the logs have grown.
 */
export async function* followLogs(
  { events, logs }: Pick<GatewayContext, 'events' | 'logs'>,
  positions: readonly Ask[],
  signal: AbortSignal,
): AsyncGenerator<LiveEvent, void> {
  const open = new Map(positions.map((position) => [position.generationId, { ...position }]));
  /** The seq that each is said to have reached. Every log is looked at once, whatever is said. */
  const reached = new Map(positions.map(({ generationId }) => [generationId, Number.MAX_SAFE_INTEGER]));
  let wake = () => {};
  using _ = events.listen([...open.keys()], (generationId, seq) => {
    if (seq > (reached.get(generationId) ?? 0)) reached.set(generationId, seq);
    wake();
  });
  const stop = () => wake();
  signal.addEventListener('abort', stop, { once: true });
  try {
    while (open.size > 0 && !signal.aborted) {
      const grown = [...open.values()].filter(({ generationId, afterSeq }) => (reached.get(generationId) ?? 0) > afterSeq);
      reached.clear();
      const pages = await Promise.all(grown.map(async (position) => ({ position, page: await logs.readAfter(position) })));
      for (const { position, page } of pages) {
        if (page.more) reached.set(position.generationId, Number.MAX_SAFE_INTEGER);
        for (const event of page.events) {
          position.afterSeq = event.seq;
          if (isTerminal(event.status)) open.delete(event.generation_id);
          yield event;
        }
      }
      if (reached.size === 0 && open.size > 0 && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

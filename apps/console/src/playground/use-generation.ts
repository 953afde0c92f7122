import { watchEvents } from '@imagegen/client/watch-events';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useClient, useTRPC } from '../api/trpc.ts';

export type Progress = { status: string; progress: number; queue_position?: number | undefined; type?: string };

/**
 * A generation as it comes to be: its log live, then its details. Nothing depends on the page staying open: after a reload the log is
 * read from its first event again.
 */
export function useGeneration(id: string | null) {
  const trpc = useTRPC();
  const client = useClient();
  const queries = useQueryClient();
  const [live, setLive] = useState<Progress>();
  const details = useQuery({
    ...trpc.generations.get.queryOptions({ id: id ?? '' }),
    enabled: id !== null,
    refetchInterval: ({ state }) => (state.data && isOver(state.data.status) ? false : 3_000),
  });
  const over = details.data ? isOver(details.data.status) : false;
  useEffect(() => {
    if (id === null || over) return;
    const leaving = new AbortController();
    setLive(undefined);
    watchEvents(client, id, { onEvent: setLive, signal: leaving.signal })
      .then(() =>
        Promise.all([
          queries.invalidateQueries({ queryKey: trpc.generations.get.queryKey({ id }) }),
          queries.invalidateQueries({ queryKey: trpc.data.history.pathKey() }),
          queries.invalidateQueries({ queryKey: trpc.credits.balance.queryKey() }),
        ]),
      )
      .catch(() => undefined);
    return () => leaving.abort();
  }, [id, over, client, queries, trpc]);
  return { details, live: over ? undefined : live, over };
}

function isOver(status: string): boolean {
  return status === 'completed' || status === 'failed';
}

import { createClient } from '@imagegen/client/create-client';
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { statusOf } from './failure-text.ts';
import { ClientContext, TRPCProvider } from './trpc.ts';

/** Everything below calls the gateway as the holder of `token`, and forgets all answers when somebody else signs in. */
export function ApiProvider({ token, onRefused, children }: { token: string; onRefused: () => void; children: ReactNode }) {
  const { client, queryClient } = useMemo(
    () => ({ client: createClient({ url: location.origin, token, liveEvents: 'websocket' }), queryClient: newQueryClient(onRefused) }),
    [token, onRefused],
  );
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={client} queryClient={queryClient}>
        <ClientContext value={client}>{children}</ClientContext>
      </TRPCProvider>
    </QueryClientProvider>
  );
}

function newQueryClient(onRefused: () => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (statusOf(error) === 401) onRefused();
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        // A refusal stays one; what may be a passing fault is asked again.
        retry: (failures, error) => failures < 2 && (statusOf(error) ?? 500) >= 500,
        refetchOnWindowFocus: true,
      },
    },
  });
}

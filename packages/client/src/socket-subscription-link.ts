import type { AppRouter } from '@imagegen/gateway/trpc/app-router';
import { createWSClient, type TRPCLink, wsLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';

const keepAlive = { enabled: true, intervalMs: 20_000, pongTimeoutMs: 10_000 };

/**
 * All subscriptions of a client over one WebSocket, opened with the first and closed with the last of them: nothing is kept open, and
 * nobody reconnects, for a client that listens to nothing. A broken connection is opened again, and every subscription goes on after the
 * last event it saw.
 */
export function socketSubscriptionLink({ url, token }: { url: string; token: string }): TRPCLink<AppRouter> {
  const client = createWSClient({
    url: url.replace(/^http/, 'ws'),
    connectionParams: { token },
    lazy: { enabled: true, closeMs: 0 },
    keepAlive,
  });
  const link = wsLink<AppRouter>({ client });
  return (runtime) => {
    const forward = link(runtime);
    let open = 0;
    return (operation) =>
      observable((observer) => {
        open += 1;
        const subscription = forward(operation).subscribe(observer);
        return () => {
          subscription.unsubscribe();
          open -= 1;
          if (open === 0) void client.close();
        };
      });
  };
}

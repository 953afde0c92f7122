import type { AppRouter } from '@imagegen/gateway/trpc/app-router';
import { createTRPCClient, httpLink, httpSubscriptionLink, splitLink, type TRPCClient, type TRPCLink } from '@trpc/client';
import { EventSource } from 'eventsource';
import { foreignAnswer } from './gateway-error.ts';
import { socketSubscriptionLink } from './socket-subscription-link.ts';

export type Client = TRPCClient<AppRouter>;

export type ClientOptions = {
  /** Where the gateway is, without path: `https://images.example.com`. */
  url: string;
  /** API key or JWT. */
  token: string;
  /** Default: the platform's own. Used for live events too, unless they come over a WebSocket. */
  fetch?: typeof fetch;
  /**
   * How live events come: `sse`, the default, a request for each subscription; `websocket`, one connection for all of them, for pages that
   * follow more generations at once than a browser opens connections (six over HTTP/1.1).
   */
  liveEvents?: 'sse' | 'websocket';
};

/**
 * The gateway's procedures with their types, for browsers and Node alike.
 *
 * - Calls are never batched: each has its own status, `Retry-After` and request id, and a slow one holds up nobody. All are POSTs, because
 *   a long prompt does not fit into a query string.
 * - Live events come over SSE with an EventSource made of `fetch`: Node has none, and the browsers' own cannot send headers, which would
 *   put the token into URLs and so into access logs. Over a WebSocket the token is the first message.
 */
export function createClient({ url, token, fetch: fetcher = fetch, liveEvents = 'sse' }: ClientOptions): Client {
  const authorization = `Bearer ${token}`;
  const endpoint = `${url.replace(/\/+$/, '')}/trpc`;
  const call: typeof fetch = async (address, init) => {
    // No input at all: a POST without a body is not JSON, and every input that may be left out has no required field.
    const response = await fetcher(address, init?.body == null ? { ...init, body: '{}' } : init);
    if (!response.headers.get('content-type')?.includes('json')) throw foreignAnswer(response);
    return response;
  };
  const serverSentEvents: TRPCLink<AppRouter> = httpSubscriptionLink({
    url: endpoint,
    EventSource,
    eventSourceOptions: {
      fetch: (address, init) => fetcher(address, { ...init, headers: { ...init.headers, authorization } }),
    },
  });
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === 'subscription',
        true: liveEvents === 'websocket' ? socketSubscriptionLink({ url: endpoint, token }) : serverSentEvents,
        false: httpLink({ url: endpoint, methodOverride: 'POST', headers: { authorization }, fetch: call }),
      }),
    ],
  });
}

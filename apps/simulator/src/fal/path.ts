type QueueAction = 'status' | 'stream' | 'result' | 'cancel';

export type FalPath =
  | { readonly kind: 'endpoint'; readonly endpoint: string }
  | { readonly kind: 'request'; readonly endpoint: string; readonly requestId: string; readonly action: QueueAction };

const actions: Readonly<Record<string, QueueAction>> = {
  '': 'result',
  response: 'result',
  status: 'status',
  'status/stream': 'stream',
  cancel: 'cancel',
};

/** Tells submissions (`owner/app/…`) from questions about a request (`owner/app[/…]/requests/{id}[/status…]`); undefined: neither. */
export function parseFalPath(path: string): FalPath | undefined {
  const match = /^(?<endpoint>[^/]+\/[^/]+(?:\/[^/]+)*?)(?:\/requests\/(?<requestId>[^/]+)(?:\/(?<action>.*))?)?$/.exec(path);
  const { endpoint, requestId, action: name = '' } = match?.groups ?? {};
  if (endpoint === undefined) return undefined;
  if (requestId === undefined) return { kind: 'endpoint', endpoint };
  const action = actions[name];
  return action && { kind: 'request', endpoint, requestId, action };
}

/** `owner/app` of an endpoint id: all that the queue's own URLs keep of it. */
export function applicationOf(endpoint: string): string {
  return endpoint.split('/').slice(0, 2).join('/');
}

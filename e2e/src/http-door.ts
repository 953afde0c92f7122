export type Answer<Body> = { readonly status: number; readonly headers: Headers; readonly body: Body };

export type ErrorAnswer = { error: { code: string; message: string; details?: Record<string, unknown> }; message: string };

type Sent = { method: string; body?: unknown; headers?: Record<string, string> };

/** One caller in front of one gateway. Bodies are sent as JSON unless they are text already, and answers are read as JSON. */
export type HttpDoor = {
  readonly url: string;
  readonly key: string;
  get<Body>(path: string, headers?: Record<string, string>): Promise<Answer<Body>>;
  post<Body>(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer<Body>>;
};

/** @param key an API key; empty: no `Authorization` at all. */
export function openDoor(url: string, key = 'ig_dev_user1'): HttpDoor {
  async function send<Body>(path: string, { method, body, headers }: Sent): Promise<Answer<Body>> {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(key && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json');
    return { status: answer.status, headers: answer.headers, body: (isJson ? JSON.parse(text) : text) as Body };
  }
  return {
    url,
    key,
    get: (path, headers = {}) => send(path, { method: 'GET', headers }),
    post: (path, body, headers = {}) => send(path, { method: 'POST', body, headers }),
  };
}

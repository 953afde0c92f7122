export type Asked = { status: number; text: string; headers: Headers } | { status: 'lost'; text: ''; headers: null };

type Question = { method?: string; key?: string; body?: unknown; headers?: Record<string, string>; timeoutMs?: number };

/** One request of a client that takes whatever happens: a refused, cut or late connection is an answer, too. */
export async function ask(url: string, { method = 'GET', key, body, headers, timeoutMs = 10_000 }: Question): Promise<Asked> {
  try {
    const answer = await fetch(url, {
      method,
      headers: {
        ...(key && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: answer.status, text: await answer.text(), headers: answer.headers };
  } catch {
    return { status: 'lost', text: '', headers: null };
  }
}

/** The body as JSON; null when it is none. */
export function readJson<Body>({ text }: Asked): Body | null {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return null;
  }
}

import type { HttpDoor } from '../http-door.ts';

export type Call = { method: string; path: string; body?: unknown };
export type CallAnswer = { status: number; text: string; isJson: boolean };

/** One request as it goes over the wire, and the answer as it comes. */
export async function send(door: HttpDoor, { method, path, body }: Call): Promise<CallAnswer> {
  const answer = await fetch(`${door.url}${path}`, {
    method,
    headers: {
      ...(door.key && { authorization: `Bearer ${door.key}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const isJson = answer.headers.get('content-type')?.includes('json') ?? false;
  return { status: answer.status, text: await answer.text(), isJson };
}

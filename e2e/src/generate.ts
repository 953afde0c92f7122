import { randomUUID } from 'node:crypto';
import type { Accepted, GenerationOutput } from '@imagegen/client/procedure-types';
import type { HttpDoor } from './http-door.ts';

/** REST v2's answer; what only tRPC adds is left out. */
export type RestAccepted = Omit<Accepted, 'replayed'>;

/** A prompt that no other test uses, so that its line in the simulator's ledger is found again. */
export function uniquePrompt(words = 'a red fox'): string {
  return `${words} ${randomUUID().slice(0, 8)}`;
}

/** Has a generation accepted by a REST v2 route such as `smart/generate`; throws what was answered instead of 202. */
export async function submit(door: HttpDoor, route: string, input: Record<string, unknown>): Promise<RestAccepted> {
  const { status, body } = await door.post<RestAccepted>(`/api:v2/${route}`, input);
  if (status !== 202) throw new Error(`${route} answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

/**
 * The canonical output once it is terminal. Holds each look until something changes; a gateway that is away is asked again. Throws when it
 * is still open after `limitMs`: nothing may hang.
 */
export async function untilEnded(door: HttpDoor, requestId: string, limitMs = 30_000): Promise<GenerationOutput> {
  const endsAt = performance.now() + limitMs;
  for (let last = 'no answer'; ; ) {
    const look = await door.get<GenerationOutput>(`/api:v2/status/check?request_id=${requestId}&wait=2`).catch(() => null);
    if (look?.status === 200 && (look.body.status === 'completed' || look.body.status === 'failed')) return look.body;
    if (look) last = JSON.stringify(look.body);
    if (performance.now() > endsAt) throw new Error(`${requestId} did not end within ${limitMs} ms; last: ${last}`);
  }
}

export async function generate(door: HttpDoor, route: string, input: Record<string, unknown>): Promise<GenerationOutput> {
  return untilEnded(door, (await submit(door, route, input)).request_id);
}

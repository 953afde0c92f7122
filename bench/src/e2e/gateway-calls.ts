import { createHash } from 'node:crypto';
import type { GenerationEvent } from '@imagegen/core/generation/event';
import type { Accepted, GenerationOutput, ImageOutput } from '@imagegen/core/generation/output';
import type { ProviderCall } from '@imagegen/core/mapping/provider-plan';

const keys = ['ig_dev_user1', 'ig_dev_user2', 'ig_dev_admin'];

/** A caller: his key goes along with everything he asks. */
export type Caller = { url: string; headers: Record<string, string> };

export function callerOf(url: string, index: number): Caller {
  return { url, headers: { authorization: `Bearer ${keys[index % keys.length]}`, 'content-type': 'application/json' } };
}

export async function submit(caller: Caller, input: object): Promise<Accepted> {
  return (await post(caller, '/api:v2/flux/standard', input, 202)) as Accepted;
}

/** The very request that fal would get for this input. */
export async function providerRequest(caller: Caller, input: object): Promise<Pick<ProviderCall, 'endpoint' | 'body'>> {
  const answer = (await post(caller, '/api:v2/utils/validate', { ...input, engine: 'flux-standard' }, 200)) as {
    per_engine: { provider_request: ProviderCall[] }[];
  };
  return answer.per_engine[0]!.provider_request[0]!;
}

/** Reads the live events (tRPC over SSE) to the terminal one, which is the canonical output as well. */
export async function awaitLastEvent({ url, headers }: Caller, generationId: string): Promise<GenerationOutput> {
  const query = new URLSearchParams({ input: JSON.stringify({ id: generationId }) });
  const response = await fetch(`${url}/trpc/generations.subscribe?${query}`, { headers: { ...headers, accept: 'text/event-stream' } });
  if (!response.ok || !response.body) throw new Error(`the subscription was answered ${response.status}: ${await response.text()}`);
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (text + chunk).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines.filter((each) => each.startsWith('data: {'))) {
      const event = JSON.parse(line.slice('data: '.length)) as GenerationEvent & GenerationOutput;
      if (event.status === 'completed') return event;
      if (event.status === 'failed') throw new Error(`a generation failed: ${line}`);
    }
  }
  throw new Error('the subscription ended before the generation did');
}

/** Throws when the picture that was announced cannot be had, or is another one. */
export async function fetchPicture({ url, sha256, bytes }: ImageOutput): Promise<void> {
  const response = await fetch(url);
  const picture = Buffer.from(await response.arrayBuffer());
  const arrived = createHash('sha256').update(picture).digest('hex');
  if (!response.ok || arrived !== sha256 || picture.byteLength !== bytes) {
    throw new Error(`${url} was answered ${response.status} with ${picture.byteLength} bytes that are not the picture announced`);
  }
}

async function post({ url, headers }: Caller, path: string, body: object, status: number): Promise<unknown> {
  const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  const text = await response.text();
  if (response.status !== status) throw new Error(`POST ${path} was answered ${response.status}: ${text}`);
  return JSON.parse(text);
}

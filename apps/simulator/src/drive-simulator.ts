import { expect } from 'vitest';

/** Speaks to a simulator the way the tests of its behaviours need it: one picture of each provider by one call. */
export type Driver = ReturnType<typeof createDriver>;

export const providers = ['fal', 'replicate', 'openai'] as const;
export type Provider = (typeof providers)[number];

type Entry = { provider: string; outcome: string; billed: boolean; price_usd: number; prompt: string };
type FalStatus = { status: string; error_type?: string; response_url: string };

const doors = {
  fal: {
    path: '/fal/fal-ai/flux-lora',
    authorization: 'Key x',
    bodyOf: (prompt: string, count: number) => ({ prompt, num_images: count, image_size: 'square' }),
  },
  replicate: {
    path: '/replicate/v1/models/black-forest-labs/flux-dev-lora/predictions',
    authorization: 'Bearer x',
    bodyOf: (prompt: string, count: number) => ({ input: { prompt, num_outputs: count, output_format: 'jpg' } }),
  },
  openai: {
    path: '/openai/v1/images/generations',
    authorization: 'Bearer x',
    bodyOf: (prompt: string, count: number) => ({ model: 'gpt-image-2', prompt, n: count, quality: 'low' }),
  },
};

export const falHeaders = { headers: { authorization: doors.fal.authorization } };

export function createDriver(url: string) {
  function sim(method: string, path: string, body?: unknown): Promise<Response> {
    const init = body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    return fetch(`${url}${path}`, { method, ...init });
  }

  /** Replicate's answer is held until the prediction is done. */
  function submit(
    provider: Provider,
    prompt: string,
    { count = 1, signal }: { count?: number; signal?: AbortSignal } = {},
  ): Promise<Response> {
    const { path, authorization, bodyOf } = doors[provider];
    const headers = { authorization, 'content-type': 'application/json', prefer: 'wait' };
    return fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(bodyOf(prompt, count)), signal: signal ?? null });
  }

  async function falStatusUrl(prompt: string, count = 1): Promise<string> {
    return ((await (await submit('fal', prompt, { count })).json()) as { status_url: string }).status_url;
  }

  return {
    sim,
    submit,
    falStatusUrl,
    /** Waits for COMPLETED; gives the last status and the response of the result. */
    async falOutcome(prompt: string, count = 1): Promise<{ status: FalStatus; result: Response }> {
      const statusUrl = await falStatusUrl(prompt, count);
      const look = async () => (await (await fetch(statusUrl, falHeaders)).json()) as FalStatus;
      await expect.poll(async () => (await look()).status, { interval: 2 }).toBe('COMPLETED');
      const status = await look();
      return { status, result: await fetch(status.response_url, falHeaders) };
    },
    async readLedger(): Promise<Entry[]> {
      return ((await (await sim('GET', '/sim/ledger')).json()) as { submissions: Entry[] }).submissions;
    },
    async reset(): Promise<void> {
      await sim('DELETE', '/sim/ledger');
      await sim('DELETE', '/sim/scenario');
    },
  };
}

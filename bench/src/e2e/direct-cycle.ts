import type { ProviderCall } from '@imagegen/core/mapping/provider-plan';
import { nowMs } from '../load/pace.ts';

export type ProviderRequest = Pick<ProviderCall, 'endpoint' | 'body'>;

const headers = { authorization: 'Key bench', 'content-type': 'application/json', 'x-fal-no-retry': '1' };

/**
 * What the simulator itself takes for one picture: submit, one look at the status, result, download; the four exchanges that no caller of
 * it can do without. The time between them does not count. Returns milliseconds.
 */
export async function timeDirectCycle(simulatorUrl: string, { endpoint, body }: ProviderRequest): Promise<number> {
  let tookMs = 0;
  async function exchange<T>(url: string, init: RequestInit, read: (response: Response) => Promise<T>): Promise<T> {
    const startedAt = nowMs();
    const response = await fetch(url, init);
    const answer = await read(response);
    tookMs += nowMs() - startedAt;
    if (!response.ok) throw new Error(`the simulator answered ${response.status} to ${url}`);
    return answer;
  }
  const json = (response: Response) => response.json() as Promise<Record<string, unknown>>;
  const submitted = (await exchange(`${simulatorUrl}/fal/${endpoint}`, { method: 'POST', headers, body: JSON.stringify(body) }, json)) as {
    status_url: string;
    response_url: string;
  };
  let status = await exchange(submitted.status_url, { headers }, json);
  if (status.status !== 'COMPLETED') {
    // It answers at once, but not within the same millisecond: a look that came too early is the asker's loss.
    const beforeMs = tookMs;
    while (status.status !== 'COMPLETED') status = await exchange(submitted.status_url, { headers }, json);
    tookMs = beforeMs;
  }
  const result = (await exchange(submitted.response_url, { headers }, json)) as { images: { url: string }[] };
  await exchange(result.images[0]!.url, {}, (response) => response.arrayBuffer());
  return tookMs;
}

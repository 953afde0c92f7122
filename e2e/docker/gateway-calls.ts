import { setTimeout as pause } from 'node:timers/promises';

/** Long enough for a lease to run out and somebody else to take over. */
const patienceMs = 120_000;

type Status = { status: string; images: { url: string }[]; error?: unknown };

const asUser = (key: string) => ({ authorization: `Bearer ${key}`, 'content-type': 'application/json' });

/** Sends a generation to fal, where a lost answer can be found again, and answers its request id. Throws unless it was accepted. */
export async function generate(url: string, prompt: string, key = 'ig_dev_user1'): Promise<string> {
  const body = JSON.stringify({ prompt, engine: 'flux-standard' });
  const answer = await fetch(`${url}/api:v2/smart/generate`, { method: 'POST', headers: asUser(key), body });
  if (answer.status !== 202) throw new Error(`generate answered ${answer.status}: ${await answer.text()}`);
  return ((await answer.json()) as { request_id: string }).request_id;
}

export async function readStatus(url: string, requestId: string, key = 'ig_dev_user1'): Promise<Status> {
  const answer = await fetch(`${url}/api:v2/status/check?request_id=${requestId}`, { headers: asUser(key) });
  if (answer.status !== 200) throw new Error(`status answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Status;
}

/** Asks until the generation has ended, whatever fails meanwhile. Throws when it ended badly, or not at all. */
export async function completed(url: string, requestId: string): Promise<Status> {
  const endsAt = Date.now() + patienceMs;
  for (;;) {
    const found = await readStatus(url, requestId).catch(() => null);
    if (found?.status === 'completed') return found;
    if (found?.status === 'failed' || Date.now() > endsAt) throw new Error(`${requestId} is not completed: ${JSON.stringify(found)}`);
    await pause(250);
  }
}

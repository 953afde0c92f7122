import { createHmac, randomUUID } from 'node:crypto';
import type { RunningSystem } from './running-system.ts';

export type WebhookOutcome = 'matched' | 'parked' | 'duplicate' | 'forged' | 'unjudged';

/** How many webhooks the gateway has taken or turned away so far, by its own count. */
export async function countWebhooks({ gatewayUrl }: RunningSystem, provider: string): Promise<Record<WebhookOutcome, number>> {
  const text = await (await fetch(`${gatewayUrl}/metrics`)).text();
  const count = (outcome: WebhookOutcome) => {
    const line = text
      .split('\n')
      .find((each) => each.startsWith(`imagegen_provider_webhooks_total{provider="${provider}",outcome="${outcome}"}`));
    return Number(line?.split(' ').at(-1) ?? 0);
  };
  return {
    matched: count('matched'),
    parked: count('parked'),
    duplicate: count('duplicate'),
    forged: count('forged'),
    unjudged: count('unjudged'),
  };
}

type ReplicateWebhook = { url: string; headers: Record<string, string>; body: string };

/** A webhook as Replicate would send it, signed with the secret that simulator and gateway share. */
export async function replicateWebhook(
  { gatewayUrl, simulatorUrl }: RunningSystem,
  { token, id, atMs = Date.now() }: { token: string; id: string; atMs?: number },
): Promise<ReplicateWebhook> {
  const answer = await fetch(`${simulatorUrl}/replicate/v1/webhooks/default/secret`, { headers: { authorization: 'Bearer x' } });
  const { key } = (await answer.json()) as { key: string };
  const webhookId = `msg_${randomUUID()}`;
  const timestamp = String(Math.floor(atMs / 1000));
  const body = JSON.stringify({ id, status: 'succeeded', output: ['https://replicate.delivery/forged.png'] });
  const hmac = createHmac('sha256', Buffer.from(key.slice('whsec_'.length), 'base64'));
  const signature = hmac.update(`${webhookId}.${timestamp}.${body}`).digest('base64');
  return {
    url: `${gatewayUrl}/webhooks/replicate/${token}`,
    headers: {
      'content-type': 'application/json',
      'webhook-id': webhookId,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    },
    body,
  };
}

export async function deliver({ url, headers, body }: ReplicateWebhook): Promise<number> {
  return (await fetch(url, { method: 'POST', headers, body })).status;
}

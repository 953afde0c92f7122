import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

/** Standard Webhooks 1.0.0: 24 to 64 random bytes, base64 behind `whsec_`. */
export function newWebhookSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

type Message = { id: string; body: string; at: Date };

/** The headers of Standard Webhooks 1.0.0, with one signature for each secret: while one is being replaced, receivers may know either. */
export function signedHeaders(secrets: readonly string[], { id, body, at }: Message): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
  };
}

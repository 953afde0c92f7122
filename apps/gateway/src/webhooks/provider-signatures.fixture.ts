import { createHash, createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

type Signed = { body: string; atMs?: number; id?: string };

const secondsOf = (atMs: number) => String(Math.floor(atMs / 1000));

/** An account at fal whose key set is published and counts how often it is fetched. */
export async function startFalAccount() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  let fetches = 0;
  const server = createServer((_, response) => {
    fetches += 1;
    response.end(JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: '1' }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    fetches: () => fetches,
    headersFor({ body, atMs = Date.now(), id = 'r1' }: Signed): Record<string, string> {
      const message = [id, 'u1', secondsOf(atMs), createHash('sha256').update(body).digest('hex')].join('\n');
      return {
        'x-fal-webhook-request-id': id,
        'x-fal-webhook-user-id': 'u1',
        'x-fal-webhook-timestamp': secondsOf(atMs),
        'x-fal-webhook-signature': sign(null, Buffer.from(message), privateKey).toString('hex'),
      };
    },
    async [Symbol.asyncDispose]() {
      server.close();
    },
  };
}

/** An account at Replicate. */
export function aReplicateAccount(secret: string) {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  return {
    headersFor({ body, atMs = Date.now(), id = 'msg_1' }: Signed): Record<string, string> {
      const signature = createHmac('sha256', key)
        .update(`${id}.${secondsOf(atMs)}.${body}`)
        .digest('base64');
      return { 'webhook-id': id, 'webhook-timestamp': secondsOf(atMs), 'webhook-signature': `v1,${signature}` };
    },
  };
}

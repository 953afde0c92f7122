import { createHash, generateKeyPairSync, sign } from 'node:crypto';

const userId = 'simulator';

export type FalSigner = {
  /** Body of `/.well-known/jwks.json`. */
  readonly jwks: { readonly keys: readonly object[] };
  /** Headers that vouch for a webhook body sent at a time, in epoch milliseconds. */
  readonly headersFor: (requestId: string, body: string, atMs: number) => Record<string, string>;
};

/** ED25519 over request id, user id, Unix time and SHA-256 of the body, one a line (fal docs, "Webhooks"). The key lives as long as the process. */
export function createFalSigner(): FalSigner {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'simulator', alg: 'EdDSA', use: 'sig' }] },
    headersFor(requestId, body, atMs) {
      const timestamp = String(Math.floor(atMs / 1000));
      const message = [requestId, userId, timestamp, createHash('sha256').update(body).digest('hex')].join('\n');
      return {
        'x-fal-webhook-request-id': requestId,
        'x-fal-webhook-user-id': userId,
        'x-fal-webhook-timestamp': timestamp,
        'x-fal-webhook-signature': sign(null, Buffer.from(message), privateKey).toString('hex'),
      };
    },
  };
}

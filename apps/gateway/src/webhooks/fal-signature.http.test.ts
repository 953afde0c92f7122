import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FalSignatures } from './fal-signature.ts';

const genuine = generateKeyPairSync('ed25519');
const forger = generateKeyPairSync('ed25519');
const body = Buffer.from('{"request_id":"r1","status":"OK"}');
let published: KeyObject[] = [];
let fetches = 0;
const server = createServer((_, response) => {
  fetches += 1;
  if (published.length === 0) return response.writeHead(503).end();
  return response.end(JSON.stringify({ keys: published.map((key) => ({ x: `${key.export({ format: 'jwk' }).x}=` })) }));
});
let jwksUrl = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => server.close());
beforeEach(() => {
  published = [genuine.publicKey];
  fetches = 0;
});

function signed(options: { key?: KeyObject; seconds?: number; rawBody?: Buffer } = {}) {
  const { key = genuine.privateKey, seconds = Math.floor(Date.now() / 1000), rawBody = body } = options;
  const message = ['r1', 'u1', String(seconds), createHash('sha256').update(rawBody).digest('hex')].join('\n');
  return {
    rawBody,
    headers: {
      'x-fal-webhook-request-id': 'r1',
      'x-fal-webhook-user-id': 'u1',
      'x-fal-webhook-timestamp': String(seconds),
      'x-fal-webhook-signature': sign(null, Buffer.from(message), key).toString('hex'),
    },
  };
}

describe("fal's webhook signatures", () => {
  it('are accepted when a published key made them, with one fetch for many', async () => {
    const signatures = new FalSignatures(jwksUrl);
    const results = await Promise.all(Array.from({ length: 20 }, () => signatures.verify(signed())));
    expect(results.every(Boolean)).toBe(true);
    expect(fetches).toBe(1);
  });

  it('are refused when forged, stale, from the future, over another body, or incomplete, without fetching keys each time', async () => {
    const signatures = new FalSignatures(jwksUrl);
    const now = Math.floor(Date.now() / 1000);
    const { headers } = signed();
    for (const webhook of [
      signed({ key: forger.privateKey }),
      signed({ seconds: now - 301 }),
      signed({ seconds: now + 302 }),
      { ...signed(), rawBody: Buffer.from('{"request_id":"r2"}') },
      { rawBody: body, headers: { ...headers, 'x-fal-webhook-signature': 'zz' } },
      { rawBody: body, headers: { ...headers, 'x-fal-webhook-user-id': undefined } },
      { rawBody: body, headers: { ...headers, 'x-fal-webhook-timestamp': ['1', '2'] } },
    ]) {
      expect(await signatures.verify(webhook)).toBe(false);
    }
    expect(fetches).toBe(1);
  });

  it('are accepted from a rotated key a minute after the last fetch', async () => {
    const signatures = new FalSignatures(jwksUrl);
    expect(await signatures.verify(signed())).toBe(true);
    published = [forger.publicKey];
    const later = Date.now() + 61_000;
    expect(await signatures.verify(signed({ key: forger.privateKey, seconds: Math.floor(later / 1000) }), later)).toBe(true);
  });

  it('cannot be judged while no key was ever to be had, and can from memory when the key set goes away', async () => {
    published = [];
    await expect(new FalSignatures(jwksUrl).verify(signed())).rejects.toThrow('503');
    published = [genuine.publicKey];
    const signatures = new FalSignatures(jwksUrl);
    expect(await signatures.verify(signed())).toBe(true);
    published = [];
    expect(await signatures.verify(signed({ key: forger.privateKey }), Date.now() + 61_000)).toBe(false);
    expect(await signatures.verify(signed())).toBe(true);
  });
});

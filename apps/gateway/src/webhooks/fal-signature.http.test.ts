import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FalSignatures } from './fal-signature.ts';
import type { SignedWebhook } from './signed-webhook.ts';

const genuine = generateKeyPairSync('ed25519');
const forger = generateKeyPairSync('ed25519');
const body = Buffer.from('{"request_id":"r1","status":"OK"}');
let published: unknown[] = [];
let fetches = 0;
const server = createServer((_, response) => {
  fetches += 1;
  if (published.length === 0) return response.writeHead(503).end();
  return response.end(JSON.stringify({ keys: published }));
});
let jwksUrl = '';

const asPublished = (key: KeyObject) => ({ x: `${key.export({ format: 'jwk' }).x}=` });

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => server.close());
beforeEach(() => {
  published = [asPublished(genuine.publicKey)];
  fetches = 0;
});

const start = Date.UTC(2026, 10, 20);
const minuteMs = 60_000;

function signed({ key = genuine.privateKey, atMs = start, userId = 'u1' } = {}): SignedWebhook {
  const seconds = Math.floor(atMs / 1000);
  const message = ['r1', userId, String(seconds), createHash('sha256').update(body).digest('hex')].join('\n');
  return {
    rawBody: body,
    headers: {
      'x-fal-webhook-request-id': ['r1'],
      'x-fal-webhook-user-id': [userId],
      'x-fal-webhook-timestamp': [String(seconds)],
      'x-fal-webhook-signature': [sign(null, Buffer.from(message), key).toString('hex')],
    },
  };
}

const changed = (headers: Record<string, string[] | undefined>): SignedWebhook => {
  const webhook = signed();
  return { ...webhook, headers: { ...webhook.headers, ...headers } };
};

describe("fal's webhook signatures", () => {
  it('are accepted when a published key made them, with one fetch for many', async () => {
    const signatures = new FalSignatures(jwksUrl);
    const results = await Promise.all(Array.from({ length: 50 }, () => signatures.verify(signed(), start)));
    expect(results.every(Boolean)).toBe(true);
    expect(fetches).toBe(1);
  });

  it.each([
    ['made by somebody else', signed({ key: forger.privateKey })],
    ['more than five minutes old', signed({ atMs: start - 301_000 })],
    ['more than five minutes ahead', signed({ atMs: start + 301_000 })],
    ['over another body', { ...signed(), rawBody: Buffer.from('{"request_id":"r2"}') }],
    ['over a body with a space more', { ...signed(), rawBody: Buffer.concat([body, Buffer.from(' ')]) }],
    ['over no body', { ...signed(), rawBody: Buffer.alloc(0) }],
    ['for another request', changed({ 'x-fal-webhook-request-id': ['r2'] })],
    ['for another account', changed({ 'x-fal-webhook-user-id': ['u2'] })],
    ['with a later timestamp put in', changed({ 'x-fal-webhook-timestamp': [String(start / 1000 + 1)] })],
    ['with a timestamp that is no number', changed({ 'x-fal-webhook-timestamp': ['now'] })],
    ['that are no hex', changed({ 'x-fal-webhook-signature': ['z'.repeat(128)] })],
    ['that are empty', changed({ 'x-fal-webhook-signature': [''] })],
    ['without a signature', changed({ 'x-fal-webhook-signature': undefined })],
    ['without a timestamp', changed({ 'x-fal-webhook-timestamp': undefined })],
    ['without an account', changed({ 'x-fal-webhook-user-id': undefined })],
    ['without a request', changed({ 'x-fal-webhook-request-id': undefined })],
    ['with two timestamps', changed({ 'x-fal-webhook-timestamp': [String(start / 1000), String(start / 1000)] })],
    ['with two signatures', changed({ 'x-fal-webhook-signature': ['0'.repeat(128), '0'.repeat(128)] })],
  ])('%s are refused', async (_, webhook) => {
    expect(await new FalSignatures(jwksUrl).verify(webhook, start)).toBe(false);
  });

  it('of any account are accepted, or of the configured one alone', async () => {
    expect(await new FalSignatures(jwksUrl).verify(signed({ userId: 'u2' }), start)).toBe(true);
    const ours = new FalSignatures(jwksUrl, 'u1');
    expect(await ours.verify(signed({ userId: 'u2' }), start)).toBe(false);
    expect(await ours.verify(signed(), start)).toBe(true);
  });

  it('are found among keys of other kinds, and broken ones', async () => {
    published = [{ kty: 'RSA', n: 'x', e: 'AQAB' }, { kty: 'OKP', crv: 'X25519', x: 'AAAA' }, { x: 'AAAA' }, 'none', ...published];
    expect(await new FalSignatures(jwksUrl).verify(signed(), start)).toBe(true);
  });

  it('that are forged cause one fetch a minute at most, however many come', async () => {
    const signatures = new FalSignatures(jwksUrl);
    const storm = (atMs: number) =>
      Promise.all(Array.from({ length: 50 }, () => signatures.verify(signed({ key: forger.privateKey, atMs }), atMs)));
    for (const seconds of [0, 1, 30, 59]) expect(await storm(start + seconds * 1_000)).not.toContain(true);
    expect(fetches).toBe(1);
    expect(await storm(start + minuteMs)).not.toContain(true);
    expect(fetches).toBe(2);
  });

  it('are accepted from a rotated key a minute after the last fetch, with one fetch for many', async () => {
    const signatures = new FalSignatures(jwksUrl);
    expect(await signatures.verify(signed(), start)).toBe(true);
    published = [asPublished(forger.publicKey)];
    const verify = (atMs: number) => signatures.verify(signed({ key: forger.privateKey, atMs }), atMs);
    expect(await verify(start + minuteMs - 1)).toBe(false);
    expect(await Promise.all(Array.from({ length: 20 }, () => verify(start + minuteMs)))).not.toContain(false);
    expect(fetches).toBe(2);
  });

  it('are checked against keys that are a day old at most', async () => {
    const signatures = new FalSignatures(jwksUrl);
    const verifyAt = (atMs: number) => signatures.verify(signed({ atMs }), atMs);
    await verifyAt(start);
    await verifyAt(start + 24 * 60 * minuteMs);
    expect(fetches).toBe(1);
    await verifyAt(start + 24 * 60 * minuteMs + 1);
    expect(fetches).toBe(2);
  });

  it('cannot be judged while no key was ever to be had, which is tried once a minute', async () => {
    published = [];
    const signatures = new FalSignatures(jwksUrl);
    await expect(signatures.verify(signed(), start)).rejects.toThrow('503');
    for (const seconds of [1, 59]) await expect(signatures.verify(signed(), start + seconds * 1_000)).rejects.toThrow('key set');
    expect(fetches).toBe(1);
    published = [asPublished(genuine.publicKey)];
    expect(await signatures.verify(signed(), start + minuteMs)).toBe(true);
  });

  it('are judged from memory through an outage of the key set, for days', async () => {
    const signatures = new FalSignatures(jwksUrl);
    expect(await signatures.verify(signed(), start)).toBe(true);
    published = [];
    for (const days of [0.1, 1, 2, 3]) {
      const atMs = start + days * 24 * 60 * minuteMs;
      expect(await signatures.verify(signed({ atMs }), atMs)).toBe(true);
      expect(await signatures.verify(signed({ key: forger.privateKey, atMs }), atMs)).toBe(false);
    }
  });
});

import { createHmac, createPublicKey } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Secret } from '@imagegen/runtime/secret';
import { type CryptoKey, exportJWK, exportSPKI, type GenerateKeyPairResult, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JsonWebTokens, type TokenConfig } from './json-web-tokens.ts';

const issuer = 'https://issuer.example.com';
const audience = 'imagegen';
const algorithms = ['RS256', 'ES256', 'EdDSA'] as const;
type Algorithm = (typeof algorithms)[number];
const users = { idOf: async (subject: string) => subject.length } as ConstructorParameters<typeof JsonWebTokens>[1];

let pairs: Record<Algorithm, GenerateKeyPairResult>;
let rsaPublicPem: string;
let jwks: { url: string; keys: JWK[]; asked: number; broken: boolean; close: () => void };

beforeAll(async () => {
  const made = await Promise.all(algorithms.map(async (alg) => [alg, await generateKeyPair(alg, { extractable: true })] as const));
  pairs = Object.fromEntries(made) as Record<Algorithm, GenerateKeyPairResult>;
  rsaPublicPem = await exportSPKI(pairs.RS256.publicKey);
  const keys = await Promise.all(
    made.map(async ([alg, { publicKey }]) => ({ ...(await exportJWK(publicKey)), alg, kid: alg, use: 'sig' })),
  );
  const server = createServer((_, response) => {
    jwks.asked += 1;
    response.writeHead(jwks.broken ? 500 : 200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: jwks.keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  jwks = { url: `http://127.0.0.1:${port}/jwks.json`, keys, asked: 0, broken: false, close: () => server.close() };
});
afterAll(() => jwks.close());

function open(changes: Partial<TokenConfig> = {}): JsonWebTokens {
  return new JsonWebTokens({ trust: { jwksUrl: jwks.url }, issuer, audience, adminClaim: null, ...changes }, users);
}

type Changes = {
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
  key?: CryptoKey | Uint8Array;
  expires?: string | number | null;
};

async function aToken(alg: string, { claims = {}, header = {}, key, expires = '5m' }: Changes = {}): Promise<string> {
  const token = new SignJWT({ sub: 'alice', iss: issuer, aud: audience, ...claims }).setProtectedHeader({ alg, kid: alg, ...header });
  if (expires !== null) token.setExpirationTime(expires);
  return token.sign(key ?? pairs[alg as Algorithm].privateKey);
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const claims = () => ({ sub: 'alice', iss: issuer, aud: audience, exp: Math.floor(Date.now() / 1000) + 300 });
const secondsAgo = (seconds: number) => Math.floor(Date.now() / 1000) - seconds;

describe('a token of the issuer', () => {
  it.each(algorithms)('signed with %s stands for its subject', async (alg) => {
    const principal = await open().principalOf(await aToken(alg));
    expect(principal).toEqual({ userId: 'jwt:alice'.length, role: 'user', scopes: ['read', 'generate'], keyId: null });
  });

  it('may name several audiences, be half a minute late, and carry the beta', async () => {
    expect(await open().principalOf(await aToken('ES256', { claims: { aud: ['other', audience] } }))).not.toBeNull();
    expect(await open().principalOf(await aToken('ES256', { expires: secondsAgo(20) }))).not.toBeNull();
    expect(await open().principalOf(await aToken('ES256', { claims: { scope: 'openid beta' } }))).toMatchObject({
      scopes: ['read', 'generate', 'beta'],
    });
  });

  it('makes an admin only by the claim that the operator named', async () => {
    const token = await aToken('ES256', { claims: { role: 'admin', groups: ['staff', 'admin'] } });
    const roleOf = async (adminClaim: string | null) => (await open({ adminClaim }).principalOf(token))?.role;
    expect([await roleOf(null), await roleOf('role'), await roleOf('groups'), await roleOf('sub'), await roleOf('toString')]).toEqual([
      'user',
      'admin',
      'admin',
      'user',
      'user',
    ]);
  });

  it('is verified with a shared secret where that is configured', async () => {
    const secret = 's'.repeat(32);
    const shared = open({ trust: { secret: new Secret(secret) } });
    expect(await shared.principalOf(await aToken('HS256', { key: Buffer.from(secret) }))).not.toBeNull();
    expect(await shared.principalOf(await aToken('HS256', { key: Buffer.from('t'.repeat(32)) }))).toBeNull();
    expect(await shared.principalOf(await aToken('HS512', { key: Buffer.from(secret.repeat(2)) }))).toBeNull();
    expect(await shared.principalOf(await aToken('RS256'))).toBeNull();
  });
});

describe('a forged token', () => {
  const corpus: Record<string, () => Promise<string> | string> = {
    'without a signature (none)': () => `${encode({ alg: 'none' })}.${encode(claims())}.`,
    'without a signature (NoNe)': () => `${encode({ alg: 'NoNe', kid: 'RS256' })}.${encode(claims())}.`,
    'with the signature cut off': async () => `${(await aToken('RS256')).split('.').slice(0, 2).join('.')}.`,
    'with the public key as HMAC secret': () => {
      const text = `${encode({ alg: 'HS256', kid: 'RS256' })}.${encode(claims())}`;
      return `${text}.${createHmac('sha256', rsaPublicPem).update(text).digest('base64url')}`;
    },
    'with the public key in DER as HMAC secret': () => {
      const text = `${encode({ alg: 'HS256' })}.${encode(claims())}`;
      const der = createPublicKey(rsaPublicPem).export({ type: 'spki', format: 'der' });
      return `${text}.${createHmac('sha256', der).update(text).digest('base64url')}`;
    },
    'with an algorithm that is not ours': async () =>
      aToken('PS256', { key: (await generateKeyPair('PS256')).privateKey, header: { kid: 'RS256' } }),
    'by another key under a known kid': async () => aToken('ES256', { key: (await generateKeyPair('ES256')).privateKey }),
    'with an unknown kid': async () => aToken('ES256', { header: { kid: 'elsewhere' } }),
    'with its own key inside': async () => aToken('ES256', { header: { jwk: await exportJWK(pairs.ES256.publicKey) } }),
    'with a place to get its key (jku)': () => aToken('ES256', { header: { jku: jwks.url } }),
    'with a place to get its certificate (x5u)': () => aToken('ES256', { header: { x5u: 'https://evil.example.com/cert' } }),
    'with its own certificate (x5c)': () => aToken('ES256', { header: { x5c: ['MIIB'] } }),
    'with a critical extension': () => `${encode({ alg: 'ES256', kid: 'ES256', crit: ['x'], x: 1 })}.${encode(claims())}.AAAA`,
    'of another issuer': () => aToken('ES256', { claims: { iss: 'https://evil.example.com' } }),
    'without an issuer': () => aToken('ES256', { claims: { iss: undefined } }),
    'for another audience': () => aToken('ES256', { claims: { aud: 'others' } }),
    'without an audience': () => aToken('ES256', { claims: { aud: undefined } }),
    'without an end': () => aToken('ES256', { expires: null }),
    'that has ended': () => aToken('ES256', { expires: secondsAgo(61) }),
    'that is not valid yet': () => aToken('ES256', { claims: { nbf: secondsAgo(-120) } }),
    'with an end that is text': () => aToken('ES256', { expires: null, claims: { exp: '9999999999' } }),
    'without a subject': () => aToken('ES256', { claims: { sub: undefined } }),
    'with an empty subject': () => aToken('ES256', { claims: { sub: '' } }),
    'with a subject that is a number': () => aToken('ES256', { claims: { sub: 7 } }),
    'with an endless subject': () => aToken('ES256', { claims: { sub: 'x'.repeat(256) } }),
    'with a subject that would be stored as another': () => aToken('ES256', { claims: { sub: 'a\ud800' } }),
    'with a subject that is a list': () => aToken('ES256', { claims: { sub: ['alice'] } }),
    'with a subject that cannot be stored': () => aToken('ES256', { claims: { sub: 'a\0b' } }),
    'with changed claims': async () => {
      const [header, , signature] = (await aToken('ES256')).split('.');
      return `${header}.${encode({ ...claims(), sub: 'admin' })}.${signature}`;
    },
    'of two parts': () => 'a.b',
    'that is encrypted': () => 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..AAAA.AAAA.AAAA',
    'that is nonsense': () => '\u2603.{}.[]',
    'that is empty': () => '..',
  };

  it.each(Object.keys(corpus))('%s is nothing', async (name) => {
    const token = await corpus[name]?.();
    expect(await open({ adminClaim: 'role' }).principalOf(token ?? '')).toBeNull();
  });
});

describe("the issuer's keys", () => {
  it('are fetched once for many tokens, and an unknown kid has them fetched no more than that', async () => {
    const tokens = open();
    const before = jwks.asked;
    const unknown = await Promise.all(Array.from({ length: 20 }, (_, index) => aToken('ES256', { header: { kid: `k${index}` } })));
    await tokens.principalOf(await aToken('ES256'));
    for (const token of unknown) expect(await tokens.principalOf(token)).toBeNull();
    expect(jwks.asked - before).toBe(1);
  });

  it('that cannot be had are no reason to call a token wrong', async () => {
    jwks.broken = true;
    try {
      await expect(open().principalOf(await aToken('ES256'))).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
      const nowhere = open({ trust: { jwksUrl: 'http://127.0.0.1:1/jwks.json' } });
      await expect(nowhere.principalOf(await aToken('ES256'))).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    } finally {
      jwks.broken = false;
    }
  });
});

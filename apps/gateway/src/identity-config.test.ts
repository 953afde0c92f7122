import { describe, expect, it } from 'vitest';
import { loadConfig } from './config.ts';

const base = { NODE_ENV: 'test', DATABASE_URL: 'postgres://x/y', NATS_URL: 'nats://x', VAULT_DIR: '/nowhere' };
const issuer = { AUTH_ISSUER: 'i', AUTH_AUDIENCE: 'a' };
const secret = 's'.repeat(32);

describe('settings of identity and limits', () => {
  it('accept no tokens, no anonymous callers, no proxies and no pages unless told so', () => {
    const { identity, limits } = loadConfig(base);
    expect(identity).toEqual({ tokens: null, allowAnonymous: false, v2BetaOnly: false });
    expect(limits).toEqual({
      calls: { read: 1200, write: 100 },
      callsPerAddress: 6000,
      maxQueuedPerUser: 1000,
      maxQueued: 100_000,
      trustedProxies: [],
      corsOrigins: [],
    });
  });

  it.each([
    [{ ...issuer, AUTH_JWT_SECRET: secret, AUTH_JWKS_URL: 'https://i.example.com/jwks' }, /not both/],
    [{ ...issuer, AUTH_JWT_SECRET: 'short' }, /AUTH_JWT_SECRET: must be at least 32 bytes/],
    [{ AUTH_JWT_SECRET: secret }, /AUTH_ISSUER: needed[\s\S]*AUTH_AUDIENCE: needed/],
    [{ CORS_ORIGINS: 'https://app.example.com/' }, /CORS_ORIGINS/],
    [{ CORS_ORIGINS: '*' }, /CORS_ORIGINS/],
    [{ TRUSTED_PROXIES: '10.0.0.0/33' }, /TRUSTED_PROXIES/],
    [{ TRUSTED_PROXIES: 'true' }, /TRUSTED_PROXIES/],
    [{ RATE_LIMIT_WRITES_PER_MINUTE: '0' }, /RATE_LIMIT_WRITES_PER_MINUTE/],
  ])('refuse %j', (env, problem) => expect(() => loadConfig({ ...base, ...env })).toThrow(problem));

  it('take lists and ranges', () => {
    const { limits } = loadConfig({
      ...base,
      CORS_ORIGINS: 'https://a.example.com, http://localhost:5173',
      TRUSTED_PROXIES: '10.0.0.0/8,::1',
    });
    expect(limits).toMatchObject({
      corsOrigins: ['https://a.example.com', 'http://localhost:5173'],
      trustedProxies: ['10.0.0.0/8', '::1'],
    });
  });
});

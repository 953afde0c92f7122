import { createHash } from 'node:crypto';
import { AppError } from '@imagegen/core/errors/app-error';
import type { Secret } from '@imagegen/runtime/secret';
import { createRemoteJWKSet, decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import type { KnownUsers } from './known-users.ts';
import type { Principal, Scope } from './principal.ts';

export type TokenConfig = {
  /** The issuer's published keys, or the secret shared with it. */
  trust: { jwksUrl: string } | { secret: Secret };
  issuer: string;
  audience: string;
  /** The claim that makes an admin when it is, or contains, `admin`; null: no token does. */
  adminClaim: string | null;
};

const clockToleranceSeconds = 30;
/** A good token is not verified again for this long. */
const cacheMs = 5_000;
const cachedTokens = 10_000;
/** Between two looks for a key that the issuer's key set does not have. */
const refetchMs = 30_000;
/** Headers by which a token says where its own key is to be had (RFC 8725 §3.10): nobody is asked there. */
const keyOffers = ['jku', 'x5u', 'jwk', 'x5c'] as const;
const maxSubjectChars = 255;

type Known = { principal: Principal; until: number };

/** Tokens of one issuer for this audience (RFC 7519, RFC 8725). Their `sub` is a user, made on first sight. */
export class JsonWebTokens {
  readonly #verify: (token: string) => Promise<JWTPayload>;
  readonly #adminClaim: string | null;
  readonly #users: KnownUsers;
  readonly #known = new Map<string, Known>();

  constructor(config: TokenConfig, users: KnownUsers) {
    this.#verify = verifierFor(config);
    this.#adminClaim = config.adminClaim;
    this.#users = users;
  }

  /** Null when the token is not to be trusted. Throws SERVICE_UNAVAILABLE when the issuer's keys cannot be had. */
  async principalOf(token: string): Promise<Principal | null> {
    const digest = createHash('sha256').update(token).digest('base64');
    const remembered = this.#known.get(digest);
    if (remembered && remembered.until > Date.now()) return remembered.principal;
    this.#known.delete(digest);
    const claims = await this.#claimsOf(token);
    if (!claims || !isSubject(claims.sub)) return null;
    const userId = await this.#users.idOf(`jwt:${claims.sub}`);
    const principal = { userId, ...rightsOf(claims, this.#adminClaim), keyId: null };
    if (this.#known.size >= cachedTokens) this.#known.clear();
    this.#known.set(digest, { principal, until: Math.min(Date.now() + cacheMs, (claims.exp ?? 0) * 1000) });
    return principal;
  }

  async #claimsOf(token: string): Promise<JWTPayload | null> {
    try {
      const header = decodeProtectedHeader(token);
      if (keyOffers.some((name) => name in header)) return null;
      return await this.#verify(token);
    } catch (error) {
      if (isUntrusted(error)) return null;
      throw new AppError('SERVICE_UNAVAILABLE', 'Tokens cannot be checked right now.', { retryAfterSeconds: 5, cause: error });
    }
  }
}

/** The algorithms are ours to choose, never the token's: that ends `none` and public keys taken for shared secrets. */
function verifierFor({ trust, issuer, audience }: TokenConfig): (token: string) => Promise<JWTPayload> {
  const pinned = { issuer, audience, clockTolerance: clockToleranceSeconds, requiredClaims: ['exp', 'sub'] } satisfies JWTVerifyOptions;
  if ('secret' in trust) {
    const secret = new TextEncoder().encode(trust.secret.reveal());
    return async (token) => (await jwtVerify(token, secret, { ...pinned, algorithms: ['HS256'] })).payload;
  }
  const keys = createRemoteJWKSet(new URL(trust.jwksUrl), { cooldownDuration: refetchMs, timeoutDuration: 5_000 });
  return async (token) => (await jwtVerify(token, keys, { ...pinned, algorithms: ['RS256', 'ES256', 'EdDSA'] })).payload;
}

function isSubject(sub: unknown): sub is string {
  return typeof sub === 'string' && sub.length > 0 && sub.length <= maxSubjectChars && sub.isWellFormed() && !sub.includes('\0');
}

/** Beta is for those whose `scope` (RFC 9068 §2.2.3) says so; what the issuer calls its other scopes means nothing here. */
function rightsOf(claims: JWTPayload, adminClaim: string | null): Pick<Principal, 'role' | 'scopes'> {
  const scopes: Scope[] = ['read', 'generate'];
  if (typeof claims.scope === 'string' && claims.scope.split(' ').includes('beta')) scopes.push('beta');
  const roles = adminClaim === null || !Object.hasOwn(claims, adminClaim) ? [] : [claims[adminClaim]].flat();
  return roles.includes('admin') ? { role: 'admin', scopes: [...scopes, 'admin'] } : { role: 'user', scopes };
}

/** What says something about the token rather than about the way to the issuer's keys. */
function isUntrusted(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return false;
  if (error instanceof errors.JOSEError) return error.code !== 'ERR_JOSE_GENERIC';
  return error instanceof TypeError && error.message === 'Invalid Token or Protected Header formatting';
}

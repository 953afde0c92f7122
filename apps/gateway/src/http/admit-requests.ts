import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { GatewayContext } from '../context.ts';
import { type Access, authorize } from '../identity/authorize.ts';
import { AddressLimiter } from '../limits/address-limiter.ts';
import { rateLimitHeaders } from '../limits/rate-limit-headers.ts';
import { rateLimited } from '../limits/rate-limiter.ts';
import { principalOrNull } from './request-principal.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Which scope and which bucket a route needs; by default GET reads and everything else writes. */
    access?: Access;
    admin?: boolean;
  }
}

/** Asked by machines that must always get an answer. */
const unlimited: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

/** The bucket by address, before anything else is done for a request. */
export function limitAddresses(app: FastifyInstance, { config }: Pick<GatewayContext, 'config'>): void {
  const limiter = new AddressLimiter(config.limits.callsPerAddress);
  app.addHook('onRequest', async (request) => {
    if (unlimited.has(request.routeOptions.url ?? '')) return;
    const standing = limiter.refuse(request.ip);
    if (standing) throw rateLimited(standing);
  });
}

/**
 * Rights and buckets of every REST route with a principal: after the principal is known, before the body is read. tRPC does the same call by
 * call.
 */
export function admitRequests(app: FastifyInstance, { config, limiter }: Pick<GatewayContext, 'config' | 'limiter'>): void {
  app.addHook('preParsing', async (request, reply) => {
    const principal = principalOrNull(request);
    if (!principal) return;
    const access = accessOf(request);
    const { url = '', config: route } = request.routeOptions;
    authorize(principal, { access, admin: route.admin, beta: config.identity.v2BetaOnly && url.startsWith('/api::v2/') });
    const { admitted, standing } = await limiter.admit(principal.userId, access);
    reply.headers(rateLimitHeaders(standing));
    if (!admitted) throw rateLimited(standing);
  });
}

function accessOf(request: FastifyRequest): Access {
  return request.routeOptions.config.access ?? (request.method === 'GET' || request.method === 'HEAD' ? 'read' : 'write');
}

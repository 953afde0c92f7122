import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

const preflightSeconds = 7_200;
const exposedHeaders = [
  'x-request-id',
  'retry-after',
  'ratelimit-limit',
  'ratelimit-remaining',
  'ratelimit-reset',
  'idempotent-replayed',
  'etag',
  'location',
  'deprecation',
  'sunset',
  'link',
];

/** Pages of exactly these origins may call; credentials are sent as headers, never as cookies. */
export async function allowOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  await app.register(cors, {
    origin: [...origins],
    credentials: false,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders,
    maxAge: preflightSeconds,
  });
}

import { checkBus } from '@imagegen/bus/publish';
import { checkDatabase } from '@imagegen/db/open-database';
import { readiness } from '@imagegen/runtime/health-server';
import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import type { GatewayContext } from '../../context.ts';

const tags = ['operations'];
const security: [] = [];

export function registerHealth(app: FastifyInstance, { db, bus, vault, metrics }: GatewayContext): void {
  const probes = { postgres: () => checkDatabase(db), nats: () => checkBus(bus), vault: () => vault.check() };
  const readinessSchema = z.object({ status: z.string(), checks: z.record(z.string(), z.string()) });

  app.get(
    '/healthz',
    { schema: { tags, security, summary: 'The process is alive', response: { 200: z.object({ status: z.string() }) } } },
    () => ({
      status: 'ok',
    }),
  );
  app.get(
    '/readyz',
    { schema: { tags, security, summary: 'Everything it needs answers', response: { 200: readinessSchema, 503: readinessSchema } } },
    async (_, reply) => {
      const { status, body } = await readiness(probes);
      return reply.code(status).send(body);
    },
  );
  app.get(
    '/metrics',
    { schema: { tags, security, summary: 'Prometheus metrics', response: { 200: { content: { 'text/plain': { schema: z.string() } } } } } },
    async (_, reply) =>
      reply
        .type(metrics.registry.contentType)
        .serializer(String)
        .send(await metrics.registry.metrics()),
  );
}

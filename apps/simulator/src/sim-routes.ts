import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { toLedgerEntry } from './ledger.ts';
import type { Plant } from './plant.ts';
import { standingScenarioSchema } from './standing-scenario.ts';

/** What no provider has: the bill to look at and the script to write. */
export function registerSim(app: FastifyInstance, { ledger, desk }: Plant): void {
  app.get('/sim/ledger', () => ({ submissions: ledger.list().map(toLedgerEntry) }));
  app.delete('/sim/ledger', (_request, reply) => {
    ledger.clear();
    return reply.code(204).send();
  });
  app.get('/sim/scenario', () => ({ scenario: desk.get() }));
  app.put('/sim/scenario', (request, reply) => {
    const parsed = standingScenarioSchema.safeParse(request.body);
    if (!parsed.success) return reply.code(400).send({ error: z.prettifyError(parsed.error) });
    desk.set(parsed.data);
    return { scenario: desk.get() };
  });
  app.delete('/sim/scenario', (_request, reply) => {
    desk.set(null);
    return reply.code(204).send();
  });
}

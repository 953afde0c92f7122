import type { FastifyInstance } from 'fastify';
import type { GatewayContext } from '../context.ts';
import { principalOf } from '../http/request-principal.ts';
import { issueTicket, ticketSchema } from '../identity/issue-ticket.ts';
import { errors } from './error-schemas.ts';

/** Counts as a read: a ticket opens nothing but reading. */
export function registerTickets(app: FastifyInstance, context: GatewayContext): void {
  app.post(
    '/api/tickets',
    {
      config: { access: 'read' },
      schema: {
        tags: ['identity'],
        security: [{ apiKey: [] }],
        summary: 'A ticket for a minute, for live events and pictures in a browser',
        response: { 200: ticketSchema, ...errors() },
      },
    },
    async (request) => issueTicket(context, principalOf(request)),
  );
}

import * as z from 'zod';
import type { GatewayContext } from '../context.ts';
import type { Principal } from './principal.ts';
import { ticketSeconds } from './tickets.ts';

export const ticketSchema = z.object({
  ticket: z.string().meta({ description: 'For the query parameter `ticket` of live events and pictures' }),
  expires_in: z.number().meta({ description: 'Seconds' }),
});

export function issueTicket({ tickets }: Pick<GatewayContext, 'tickets'>, principal: Principal): z.infer<typeof ticketSchema> {
  return { ticket: tickets.issue(principal), expires_in: ticketSeconds };
}

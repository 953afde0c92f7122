import * as z from 'zod';

export const maxSubscribed = 50;

export const liveQuerySchema = z.object({
  request_ids: z
    .string()
    .transform((list) => list.split(',').filter(Boolean))
    .pipe(z.array(z.string().max(64)).min(1).max(maxSubscribed))
    .meta({ description: 'Ids of either kind, separated by commas', examples: ['req_a,req_b'] }),
  ticket: z.string().optional().meta({ description: 'For browsers, which cannot send headers here' }),
  last_event_id: z.string().optional().meta({ description: 'Like the Last-Event-ID header, for a first connection that continues' }),
});

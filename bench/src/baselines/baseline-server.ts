import { randomUUID } from 'node:crypto';
import { fastify } from 'fastify';
import * as z from 'zod';

/** The fields that the measured requests have, in zod's plain words. */
const bodySchema = z.strictObject({
  prompt: z.string().min(1).max(4_000),
  negative_prompt: z.string().max(4_000).optional(),
  seed: z.int().min(-1).max(2_147_483_647).optional(),
  loras: z
    .array(z.strictObject({ id: z.int().min(1), weight: z.number().min(0).max(2).default(1) }))
    .max(20)
    .optional(),
  steps: z.int().min(1).max(150).optional(),
  cfg_scale: z.number().min(1).max(30).optional(),
  width: z.int().min(256).max(2048).optional(),
  height: z.int().min(256).max(2048).optional(),
  priority: z.enum(['speed', 'quality', 'cost']).optional(),
  format: z.enum(['png', 'jpeg', 'webp']).optional(),
});

export type BaselineBody = z.infer<typeof bodySchema>;

/**
 * Fastify and zod with nothing around them: POST / validates, runs `store`, and answers 202 with as many bytes as the gateway does.
 * Reads `PORT` and `ANSWER_BYTES`.
 */
export async function serveBaseline(store: (id: string, body: BaselineBody) => Promise<unknown> | undefined): Promise<void> {
  const filler = 'x'.repeat(Math.max(0, Number(process.env.ANSWER_BYTES ?? 0) - JSON.stringify({ id: randomUUID(), filler: '' }).length));
  const app = fastify();
  app.get('/healthz', () => ({ status: 'ok' }));
  app.post('/', async (request, reply) => {
    const parsed = bodySchema.safeParse(request.body);
    if (!parsed.success) return reply.code(400).send({ error: z.prettifyError(parsed.error) });
    const id = randomUUID();
    await store(id, parsed.data);
    return reply.code(202).send({ id, filler });
  });
  await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
}

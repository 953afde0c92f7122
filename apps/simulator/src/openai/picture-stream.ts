import { once } from 'node:events';
import type { FastifyReply } from 'fastify';
import type { Plant } from '../plant.ts';
import { echoOf, failureOf } from './answers.ts';
import { type Generation, openaiPicture } from './generation.ts';

type Stream = {
  readonly generation: Generation;
  readonly kind: 'image_generation' | 'image_edit';
  readonly painted: Promise<(string | undefined)[]>;
};

/** Server-sent events of one call: coarse pictures spread over the run, then each finished one; or an `error` event in their place. */
export async function streamPictures(reply: FastifyReply, plant: Plant, { generation, kind, painted }: Stream): Promise<FastifyReply> {
  const { order, submission } = generation;
  const { run, scenario } = submission;
  const { raw } = reply;
  reply.hijack();
  raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache', 'x-request-id': submission.id });
  raw.flushHeaders();

  async function tell(event: { type: string }): Promise<void> {
    const text = JSON.stringify(event);
    const data = scenario['corrupt-json'] || scenario['corrupt-result'] ? text.slice(0, text.length / 2) : text;
    if (!raw.destroyed && !raw.write(`event: ${event.type}\ndata: ${data}\n\n`))
      await Promise.race([once(raw, 'drain'), once(raw, 'close')]);
  }
  const describe = (type: string) => ({ type, created_at: Math.floor(Date.now() / 1000), ...echoOf(generation) });

  const lengthMs = (run.finishAtMs ?? run.acceptedAtMs) - run.acceptedAtMs;
  for (let partial = 0; partial < order.partialPictures && !raw.destroyed; partial += 1) {
    const dueAtMs = run.acceptedAtMs + (lengthMs * (partial + 1)) / (order.partialPictures + 1);
    await plant.runs.settled(submission.id, Math.max(0, dueAtMs - Date.now()));
    for (let index = 0; index < generation.pictures; index += 1) {
      const bytes = await plant.gallery.picture({ ...openaiPicture(generation, index), coarseness: 4 - partial });
      await tell({ ...describe(`${kind}.partial_image`), b64_json: bytes.toString('base64'), partial_image_index: partial } as {
        type: string;
      });
    }
  }
  await plant.runs.settled(submission.id);
  const failure = failureOf(generation);
  if (failure) await tell({ type: 'error', ...(failure.body as object) });
  else
    for (const base64 of await painted)
      await tell({ ...describe(`${kind}.completed`), b64_json: base64, usage: generation.usage } as { type: string });
  raw.end();
  return reply;
}

import type { FastifyReply } from 'fastify';
import type { Plant } from '../plant.ts';
import { falStatus } from './answers.ts';

const lookEveryMs = 50;

/** Server-sent events: each change of the status, the last one being COMPLETED. */
export async function streamFalStatus(
  reply: FastifyReply,
  plant: Plant,
  { id, withLogs }: { id: string; withLogs: boolean },
): Promise<FastifyReply> {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', 'x-fal-request-id': id });
  for (let told = ''; !raw.destroyed; await plant.runs.settled(id, lookEveryMs)) {
    const submission = plant.ledger.find(id);
    if (!submission) break;
    const status = JSON.stringify(falStatus(submission, plant.publicUrl(), withLogs).body);
    if (status !== told) raw.write(`data: ${status}\n\n`);
    told = status;
    if (submission.settlement) break;
  }
  raw.end();
  return reply;
}

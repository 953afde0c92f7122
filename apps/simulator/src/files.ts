import type { FastifyInstance } from 'fastify';
import { drip, send } from './answer.ts';
import type { Submission } from './ledger.ts';
import type { PictureSpec } from './picture/picture.ts';
import type { Plant } from './plant.ts';
import { spoilPicture } from './spoil.ts';

type PictureOf = (submission: Submission, index: number) => PictureSpec | undefined;

/** The providers' content hosts in one: `GET /files/{request id}/{picture number}.{extension}`, painted when asked for. */
export function registerFiles(app: FastifyInstance, plant: Plant, pictureOf: Readonly<Record<Submission['provider'], PictureOf>>): void {
  app.get<{ Params: { id: string; file: string } }>('/files/:id/:file', async (request, reply) => {
    const missing = { status: 404, headers: { 'content-type': 'text/plain' }, body: 'not found' };
    const submission = plant.ledger.find(request.params.id);
    const number = /^(\d+)\.(?:png|jpg|webp)$/.exec(request.params.file)?.[1];
    if (submission?.settlement?.outcome !== 'succeeded' || number === undefined) return send(reply, missing);
    const spec = pictureOf[submission.provider](submission, Number(number));
    if (!spec) return send(reply, missing);
    const { scenario } = submission;
    const bytes = spoilPicture(await plant.gallery.picture(spec), scenario);
    if (!bytes) return send(reply, missing);
    const contentType = scenario['wrong-mime'] ? 'text/html' : `image/${spec.format}`;
    const answer = { status: 200, headers: { 'content-type': contentType, 'cache-control': 'max-age=3600' }, body: bytes };
    return scenario.slow === undefined ? send(reply, answer) : drip(reply, answer, { totalMs: scenario.slow });
  });
}

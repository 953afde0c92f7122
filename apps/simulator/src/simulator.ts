import type { AddressInfo } from 'node:net';
import { fastify } from 'fastify';
import type { SimulatorConfig } from './config.ts';
import { registerFal } from './fal/routes.ts';
import { createFalSigner } from './fal/signature.ts';
import { concludeFal, falPicture } from './fal/submission.ts';
import { announceFalResult } from './fal/webhook.ts';
import { registerFiles } from './files.ts';
import { openLedger } from './ledger.ts';
import { concludeOpenai } from './openai/generation.ts';
import { registerOpenai } from './openai/routes.ts';
import { createGallery } from './picture/gallery.ts';
import type { Plant } from './plant.ts';
import { concludeReplicate, replicatePicture } from './replicate/prediction.ts';
import { registerReplicate } from './replicate/routes.ts';
import { createReplicateAnnouncer } from './replicate/webhook.ts';
import { createRuns } from './runs.ts';
import { registerSim } from './sim-routes.ts';
import { createScenarioDesk } from './standing-scenario.ts';
import { createCourier } from './webhook.ts';

const galleryBytes = 64 * 1024 ** 2;
const largestBodyBytes = 60 * 1024 ** 2;

export type Simulator = AsyncDisposable & { readonly url: string };

/** Starts the three providers on one port and takes up the runs that the ledger file left unfinished. */
export async function startSimulator(config: SimulatorConfig): Promise<Simulator> {
  const app = fastify({ bodyLimit: largestBodyBytes, forceCloseConnections: true });
  let url = config.publicUrl ?? '';
  const publicUrl = () => url;
  const ledger = openLedger(config.ledgerFile);
  const desk = createScenarioDesk();
  for (const submission of ledger.list()) desk.remember(submission);
  const gallery = createGallery(galleryBytes);
  const courier = createCourier();
  const signer = createFalSigner();
  const announcer = createReplicateAnnouncer({ courier, publicUrl, secret: config.webhookSecret });
  const runs = createRuns({
    ledger,
    rules: {
      fal: { conclude: concludeFal, onSettled: (submission) => announceFalResult(submission, plant, { courier, signer }) },
      replicate: { conclude: concludeReplicate, onSettled: announcer.settled },
      openai: { conclude: concludeOpenai, onSettled: () => undefined },
    },
  });
  const plant: Plant = { ledger, runs, desk, gallery, courier, latency: config.latency, publicUrl };

  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => parseJson(body as string, done));
  app.addContentTypeParser('multipart/form-data', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.get('/healthz', () => ({ status: 'ok' }));
  registerSim(app, plant);
  registerFiles(app, plant, { fal: falPicture, replicate: replicatePicture, openai: () => undefined });
  app.register(async (scope) => registerFal(scope, plant, signer), { prefix: '/fal' });
  app.register(async (scope) => registerReplicate(scope, plant, announcer), { prefix: '/replicate/v1' });
  app.register(async (scope) => registerOpenai(scope, plant), { prefix: '/openai/v1' });

  await app.listen({ host: config.host, port: config.port });
  url ||= `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  runs.resume();
  return {
    url,
    async [Symbol.asyncDispose]() {
      announcer[Symbol.dispose]();
      courier[Symbol.dispose]();
      runs[Symbol.dispose]();
      await app.close();
      ledger[Symbol.dispose]();
    },
  };
}

/** Clients send a JSON content type with requests that have no body, such as a cancellation. */
function parseJson(body: string, done: (error: Error | null, value?: unknown) => void): void {
  try {
    done(null, body === '' ? undefined : JSON.parse(body));
  } catch {
    done(Object.assign(new Error('The body is not valid JSON'), { statusCode: 400 }));
  }
}

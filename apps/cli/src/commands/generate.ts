import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createClient } from '@imagegen/client/create-client';
import { generateAndWait } from '@imagegen/client/generate-and-wait';
import type { Accepted } from '@imagegen/client/procedure-types';
import { fetchPicture } from '../fetch-picture.ts';
import { generateHelp } from '../generate-options.ts';
import { type GenerateArguments, parseGenerateArguments } from '../parse-generate-arguments.ts';
import { userDirOf } from '../paths.ts';
import { type ProgressDisplay, showProgress } from '../progress-display.ts';
import { progressText } from '../progress-text.ts';
import { simulatedProviders } from '../provider-keys.ts';
import { receiptText } from '../receipt-text.ts';
import { type UsableSystem, useSystem } from '../use-system.ts';
import { WaitOverError } from '../wait-over-error.ts';
import { writePicture } from '../write-picture.ts';

/** `pnpm generate "prompt"`: from words to files, with the receipt. */
export async function generate(args: string[], signal: AbortSignal): Promise<void> {
  const asked = parseGenerateArguments(args);
  if (asked === 'help') return void process.stdout.write(generateHelp());
  const directory = resolve(userDirOf(process.env), asked.out ?? 'out');
  const startedAt = performance.now();
  const { output, pictures, simulated } = await makePictures(asked, { directory, interrupted: signal });
  const files: string[] = [];
  for (const { bytes, image } of pictures) {
    files.push(await writePicture(directory, bytes, { prompt: output.prompt, seed: image.seed, contentType: image.content_type }));
  }
  const elapsedMs = performance.now() - startedAt;
  process.stdout.write(asked.json ? `${JSON.stringify({ ...output, files })}\n` : receiptText(output, { files, elapsedMs, simulated }));
}

/** How long a gateway may stay away: our own comes back, a running one may have been stopped for good. */
const patienceMs = { own: 30_000, configured: 15_000, running: 3_000 } as const;

/** Repeating it, on another system with the same data, finds the same generation: the idempotency key is drawn once. */
async function makePictures(
  { input, waitSeconds }: GenerateArguments,
  { directory, interrupted }: { directory: string; interrupted: AbortSignal },
) {
  const keyed = { ...input, idempotency_key: randomUUID() };
  using progress = showProgress(process.stderr);
  using wait = waitLimit(waitSeconds);
  const signal = AbortSignal.any([interrupted, wait.signal]);
  interrupted.addEventListener('abort', () => progress.say('stopping'), { once: true });
  return await useSystem({ env: process.env, signal, onActivity: progress.say }, async (system) => {
    const patience = { patienceMs: patienceMs[system.kind], signal };
    // Before anything is paid for.
    await mkdir(directory, { recursive: true });
    progress.say('submitting');
    const output = await generateAndWait(createClient({ url: system.url, token: system.key }), keyed, {
      ...patience,
      onAccepted: (accepted) => {
        if (!wait.started) noteAccepted(progress, accepted);
        wait.start(accepted, system);
      },
      onProgress: (event) => progress.say(progressText(event)),
    });
    const pictures = await Promise.all(output.images.map(async (image) => ({ image, bytes: await fetchPicture(image, patience) })));
    return {
      output,
      pictures,
      simulated: system.kind === 'own' && simulatedProviders(process.env).some((provider) => provider === output.provider_used),
    };
  });
}

function noteAccepted(progress: ProgressDisplay, { generation_id, engine, estimated_time }: Accepted): void {
  progress.note(`${generation_id}: ${engine}, usually ${estimated_time} s`);
}

/** The time granted counts from the first acceptance. */
function waitLimit(waitSeconds: number) {
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  return {
    signal: over.signal,
    get started() {
      return timer !== undefined;
    },
    start(accepted: Accepted, { kind }: UsableSystem) {
      timer ??= setTimeout(() => over.abort(new WaitOverError(accepted, waitSeconds, kind !== 'own')), waitSeconds * 1000);
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { ImageFormat } from '@imagegen/core/engines/engine';
import type { ProviderPlan } from '@imagegen/core/mapping/provider-plan';
import type { StoredImage } from '@imagegen/db/tables';
import { fullJitterMs } from '@imagegen/runtime/backoff';
import { GuardedFetchError, guardedFetch } from '@imagegen/runtime/guarded-fetch';
import type { Logger } from '@imagegen/runtime/logger';
import { type InspectedImage, inspectImage, UnreadableImageError } from '@imagegen/vault/inspect-image';
import { transcodeImage } from '@imagegen/vault/transcode-image';
import { type Vault, vaultKey } from '@imagegen/vault/vault';
import type { ProviderAdapter, ProviderOutput } from './provider-adapter.ts';

const maxImageBytes = 50 * 1024 * 1024;
const downloadTimeoutMs = 30_000;
/** What arrives broken may be broken at its source; a network that fails is given a little longer. */
const downloads = { broken: 2, network: 4 };

type Storing = {
  vault: Vault;
  adapter: ProviderAdapter;
  logger: Logger;
  transcode: ProviderPlan['transcode'];
  seed: number | null;
  /** Ends everything: lease or deadline. */
  signal: AbortSignal;
  /** Ends what another process can take up again: a picture that can be downloaded once more. */
  parking: AbortSignal;
  /** Called at every step that was made. */
  onStep: () => void;
};

export type StoredOutput = { images: StoredImage[]; withheld: number; unusable: number };

/**
 * Brings every delivered picture home: fetched through the guard, decoded to its last row, hashed, durable in the vault with its
 * thumbnail. Only then may anybody be told that it exists. Pictures the provider's filter blackened are left out, and so are broken ones
 * after a second download. Rejects only when it is told to end.
 */
export async function storeOutput(storing: Storing, output: ProviderOutput): Promise<StoredOutput> {
  const wanted = output.images.filter(({ blocked }) => !blocked);
  const stored = await Promise.all(wanted.map((image) => storeImage(storing, image)));
  const images = stored.filter((image) => image !== null);
  return { images, withheld: output.images.length - wanted.length, unusable: wanted.length - images.length };
}

async function storeImage(storing: Storing, image: ProviderOutput['images'][number]): Promise<StoredImage | null> {
  for (let download = 1; ; download += 1) {
    try {
      storing.onStep();
      if (image.kind === 'bytes') return await keep(storing, image.bytes);
      return await keep({ ...storing, signal: AbortSignal.any([storing.signal, storing.parking]) }, await fetchResult(storing, image.url));
    } catch (error) {
      if (!(error instanceof UnreadableImageError || error instanceof GuardedFetchError)) throw error;
      storing.signal.throwIfAborted();
      const most = error instanceof GuardedFetchError && error.reason === 'network' ? downloads.network : downloads.broken;
      if (image.kind === 'bytes' || download >= most) return null;
      await pause(fullJitterMs(download, 200, 2_000), storing.signal);
    }
  }
}

async function fetchResult({ adapter, signal }: Storing, url: string): Promise<Buffer> {
  if (url.startsWith('data:')) return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
  return guardedFetch(url, {
    trustedOrigins: adapter.trustedOrigins,
    allowedHosts: adapter.resultHosts,
    maxBytes: maxImageBytes,
    timeoutMs: downloadTimeoutMs,
    maxRedirects: 2,
    signal,
  });
}

async function keep(storing: Storing, delivered: Buffer): Promise<StoredImage> {
  const { vault, transcode, seed } = storing;
  let bytes = delivered;
  let facts = await inspectImage(bytes);
  const rewrite = transcode ?? (facts.hasMetadata ? { format: formatOf(facts), quality: 95 } : null);
  if (rewrite) {
    bytes = await transcodeImage(bytes, rewrite);
    facts = await inspectImage(bytes);
  }
  await untilStored(storing, async () => {
    await vault.put(vaultKey(`${facts.sha256}.thumb`), facts.thumbnail, 'image/webp');
    await vault.put(vaultKey(facts.sha256), bytes, facts.contentType);
  });
  const { sha256, contentType, width, height, sizeBytes, placeholder } = facts;
  return { sha256, content_type: contentType, width, height, bytes: sizeBytes, seed, placeholder };
}

/** A vault that fails is asked again until the signal ends it: the picture is paid, and these bytes may be the only ones there are. */
async function untilStored({ logger, signal, onStep }: Storing, store: () => Promise<void>): Promise<void> {
  for (let failures = 0; ; failures += 1) {
    try {
      return await store();
    } catch (error) {
      if (error instanceof TypeError) throw error;
      logger.warn({ err: error, failures }, 'the vault did not take a picture');
      onStep();
      await pause(100 + fullJitterMs(failures, 200, 5_000), signal);
    }
  }
}

/** Rejects with the signal's reason when it aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
}

function formatOf({ contentType }: InspectedImage): ImageFormat {
  return contentType === 'image/png' ? 'png' : contentType === 'image/webp' ? 'webp' : 'jpeg';
}

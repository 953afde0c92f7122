import type { ImageFormat } from '@imagegen/core/engines/engine';
import type { ProviderPlan } from '@imagegen/core/mapping/provider-plan';
import type { StoredImage } from '@imagegen/db/tables';
import { GuardedFetchError, guardedFetch } from '@imagegen/runtime/guarded-fetch';
import { type InspectedImage, inspectImage, UnreadableImageError } from '@imagegen/vault/inspect-image';
import { transcodeImage } from '@imagegen/vault/transcode-image';
import { type Vault, vaultKey } from '@imagegen/vault/vault';
import type { ProviderAdapter, ProviderOutput } from './provider-adapter.ts';

const maxImageBytes = 50 * 1024 * 1024;
const downloadTimeoutMs = 30_000;
const downloads = 2;

type Storing = { vault: Vault; adapter: ProviderAdapter; transcode: ProviderPlan['transcode']; seed: number | null; signal: AbortSignal };

export type StoredOutput = { images: StoredImage[]; withheld: number; unusable: number };

/**
 * Brings every delivered picture home: fetched through the guard, decoded to its last row, hashed, durable in the vault with its
 * thumbnail. Only then may anybody be told that it exists. Pictures the provider's filter blackened are left out, and so are broken ones
 * after a second download.
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
      const bytes = image.kind === 'bytes' ? image.bytes : await fetchResult(storing, image.url);
      return await keep(storing, bytes);
    } catch (error) {
      if (!(error instanceof UnreadableImageError || error instanceof GuardedFetchError)) throw error;
      storing.signal.throwIfAborted();
      if (image.kind === 'bytes' || download >= downloads) return null;
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

async function keep({ vault, transcode, seed }: Storing, delivered: Buffer): Promise<StoredImage> {
  let bytes = delivered;
  let facts = await inspectImage(bytes);
  const rewrite = transcode ?? (facts.hasMetadata ? { format: formatOf(facts), quality: 95 } : null);
  if (rewrite) {
    bytes = await transcodeImage(bytes, rewrite);
    facts = await inspectImage(bytes);
  }
  await Promise.all([
    vault.put(vaultKey(`${facts.sha256}.thumb`), facts.thumbnail, 'image/webp'),
    vault.put(vaultKey(facts.sha256), bytes, facts.contentType),
  ]);
  const { sha256, contentType, width, height, sizeBytes, placeholder } = facts;
  return { sha256, content_type: contentType, width, height, bytes: sizeBytes, seed, placeholder };
}

function formatOf({ contentType }: InspectedImage): ImageFormat {
  return contentType === 'image/png' ? 'png' : contentType === 'image/webp' ? 'webp' : 'jpeg';
}

import type { ProviderCall } from '@imagegen/core/mapping/provider-plan';
import { guardedFetch } from '@imagegen/runtime/guarded-fetch';
import { inspectImage } from '@imagegen/vault/inspect-image';
import { type Vault, vaultKey } from '@imagegen/vault/vault';
import type { ProviderAdapter } from './provider-adapter.ts';

const maxReferenceBytes = 20 * 1024 * 1024;

type Filling = { vault: Vault; adapter: ProviderAdapter; signal: AbortSignal };

/**
 * Replaces `vault:<sha256>` in a call's body by a data URL; for a provider that takes no URLs also https ones, fetched and fully decoded
 * first. Nothing is paid yet. Throws GuardedFetchError or UnreadableImageError when the picture is not to be had.
 */
export async function fillReferences(filling: Filling, call: ProviderCall): Promise<ProviderCall> {
  return { ...call, body: (await fill(filling, call.body)) as ProviderCall['body'] };
}

async function fill(filling: Filling, value: unknown): Promise<unknown> {
  if (typeof value === 'string') return fillText(filling, value);
  if (Array.isArray(value)) return Promise.all(value.map((item) => fill(filling, item)));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(
    async ([name, item]) => [name, isReference(name, item) ? await fill(filling, item) : item] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** Prompts are never looked into: only the fields that carry pictures, and what contains them. */
function isReference(name: string, value: unknown): boolean {
  return typeof value === 'object' || /^(image|images|image_url|reference_image_url)$/.test(name);
}

async function fillText({ vault, adapter, signal }: Filling, text: string): Promise<string> {
  if (text.startsWith('vault:')) {
    const object = await vault.open(vaultKey(text.slice('vault:'.length)));
    if (!object) throw new Error('the reference image is not in the vault');
    return `data:${object.contentType};base64,${Buffer.concat(await object.stream.toArray()).toString('base64')}`;
  }
  if (!adapter.inlinesReferences || !text.startsWith('https://')) return text;
  const bytes = await guardedFetch(text, { trustedOrigins: [], maxBytes: maxReferenceBytes, timeoutMs: 30_000, maxRedirects: 2, signal });
  const { contentType } = await inspectImage(bytes);
  return `data:${contentType};base64,${bytes.toString('base64')}`;
}

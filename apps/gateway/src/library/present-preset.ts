import type { PresetOutput } from '@imagegen/core/library/preset';
import type { PresetRow } from '@imagegen/db/queries/presets';
import type { ImageLinks } from '../generations/image-links.ts';

const vaultPrefix = 'vault:';

/** How a preset remembers a picture of its owner. */
export function vaultThumbnail(sha256: string): string {
  return `${vaultPrefix}${sha256}`;
}

/** The only place where preset rows become answers; whose it is stays inside. */
export function presentPreset(row: PresetRow, links: Pick<ImageLinks, 'thumbnail'>): PresetOutput {
  const { id, name, description, provider, settings, loras, tags, thumbnail_url, is_public, usage_count, created_at, updated_at } = row;
  return {
    id,
    name,
    description,
    provider,
    settings,
    loras,
    tags,
    thumbnail_url: thumbnail_url?.startsWith(vaultPrefix) ? links.thumbnail(thumbnail_url.slice(vaultPrefix.length)) : thumbnail_url,
    is_public,
    usage_count,
    created_at: created_at.toISOString(),
    updated_at: updated_at.toISOString(),
  };
}

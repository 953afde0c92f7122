import { type PictureSpec, renderPicture } from './picture.ts';

export type Gallery = { picture(spec: PictureSpec): Promise<Buffer> };

/** Renders pictures, keeping the recently used ones up to `limitBytes`. Two askers for one picture share one rendering. */
export function createGallery(limitBytes: number): Gallery {
  const kept = new Map<string, { rendering: Promise<Buffer>; sizeBytes: number }>();
  let totalBytes = 0;

  function drop(key: string): void {
    totalBytes -= kept.get(key)?.sizeBytes ?? 0;
    kept.delete(key);
  }

  return {
    async picture(spec) {
      const key = JSON.stringify(spec);
      const entry = kept.get(key) ?? { rendering: renderPicture(spec), sizeBytes: 0 };
      kept.delete(key);
      kept.set(key, entry);
      try {
        const bytes = await entry.rendering;
        if (entry.sizeBytes === 0 && kept.get(key) === entry) {
          entry.sizeBytes = bytes.length;
          totalBytes += bytes.length;
          for (const oldest of kept.keys()) {
            if (totalBytes <= limitBytes) break;
            drop(oldest);
          }
        }
        return bytes;
      } catch (error) {
        drop(key);
        throw error;
      }
    },
  };
}

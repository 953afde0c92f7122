export type NamedPicture = { prompt: string; seed: number | null; contentType: string };

const extensions: Record<string, string> = { 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp' };
const longestSlug = 48;

/** `2026-11-20-a-red-fox-12345.jpg`; from the second on, files that would have the same name are numbered: `…-12345-2.jpg`. */
export function pictureName({ prompt, seed, contentType }: NamedPicture, made: Date, number: number): string {
  const parts = [localDate(made), slugOf(prompt), seed, number > 1 ? number : null];
  return `${parts.filter((part) => part !== null).join('-')}.${extensions[contentType] ?? 'img'}`;
}

/** Letters and digits of any script, without accents, joined by dashes; cut between words where possible. */
export function slugOf(prompt: string): string {
  const words =
    prompt
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  let slug = Array.from(words[0] ?? 'picture')
    .slice(0, longestSlug)
    .join('');
  for (const word of words.slice(1)) {
    if (Array.from(slug).length + 1 + Array.from(word).length > longestSlug) break;
    slug += `-${word}`;
  }
  return slug;
}

function localDate(date: Date): string {
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
}

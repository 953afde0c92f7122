import * as z from 'zod';

const rawLimitChars = 100_000;
const removed = /[\u200b\u2060\ufeff]/g;
const whitespaceRun = /[ \t\r\n\u2028\u2029]+/g;

type PromptTextOptions = { maxCodePoints: number; required: boolean };

/**
 * A string that is safe to store, log, compare and show: NFC, one line, no invisible characters that reorder or smuggle text. What cannot be
 * repaired without changing the meaning is refused with its place. Zero-width joiners stay: emoji and several scripts need them.
 * Lengths are counted in code points, after cleaning.
 */
export function promptText({ maxCodePoints, required }: PromptTextOptions) {
  return z.string().check((payload) => {
    const raw = payload.value;
    const problem = raw.length > rawLimitChars ? `must be at most ${maxCodePoints} characters` : findForbidden(raw);
    const cleaned = problem === undefined ? cleanText(raw) : raw;
    const message = problem ?? lengthProblem(cleaned, { maxCodePoints, required });
    if (message === undefined) payload.value = cleaned;
    else payload.issues.push({ code: 'custom', input: raw, message, continue: false });
  });
}

/** NFC on one line, without zero-width spaces, word joiners and byte order marks. Idempotent. */
export function cleanText(text: string): string {
  return text.replace(removed, '').normalize('NFC').replace(whitespaceRun, ' ').trim();
}

export function countCodePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function lengthProblem(cleaned: string, { maxCodePoints, required }: PromptTextOptions): string | undefined {
  if (required && cleaned === '') return 'must not be empty';
  if (cleaned.length > maxCodePoints && countCodePoints(cleaned) > maxCodePoints) return `must be at most ${maxCodePoints} characters`;
  return undefined;
}

function findForbidden(text: string): string | undefined {
  let position = 0;
  for (const character of text) {
    position += 1;
    const codePoint = character.codePointAt(0) ?? 0;
    const kind = forbiddenKind(codePoint);
    if (kind) {
      const name = codePoint.toString(16).toUpperCase().padStart(4, '0');
      return `must not contain U+${name} (${kind}) at position ${position}`;
    }
  }
  return undefined;
}

function forbiddenKind(codePoint: number): string | undefined {
  if (codePoint < 0x20 && codePoint !== 0x09 && codePoint !== 0x0a && codePoint !== 0x0d) return 'a control character';
  if (codePoint >= 0x7f && codePoint <= 0x9f) return 'a control character';
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) return 'a lone surrogate';
  if ((codePoint >= 0x202a && codePoint <= 0x202e) || (codePoint >= 0x2066 && codePoint <= 0x2069)) return 'a text direction control';
  if (codePoint >= 0xe0000 && codePoint <= 0xe007f) return 'an invisible tag character';
  return undefined;
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { cleanText, promptText } from './prompt-text.ts';

const schema = promptText({ maxCodePoints: 10, required: true });
const messageOf = (value: unknown) => schema.safeParse(value).error?.issues[0]?.message;

describe('promptText', () => {
  it.each([
    ['  a fox ', 'a fox', 'ends are trimmed'],
    ['a\r\n\tfox', 'a fox', 'line breaks and tabs become one space'],
    ['a \n fox', 'a fox', 'spaces around a line break belong to it'],
    ['a\u2028fox', 'a fox', 'line separators are line breaks'],
    ['e\u0301', '\u00e9', 'text becomes NFC'],
    ['e\u200b\u0301', '\u00e9', 'NFC comes after the removal of zero-width spaces'],
    ['a\u2060\ufefffox', 'afox', 'word joiners and byte order marks disappear'],
    ['👩\u200d🎨', '👩\u200d🎨', 'zero-width joiners stay'],
    ['نمی\u200cخواهم', 'نمی\u200cخواهم', 'zero-width non-joiners stay'],
    ['🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊', '🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊', 'an emoji is one character'],
  ])('cleans %j', (raw, cleaned) => {
    expect(schema.parse(raw)).toBe(cleaned);
  });

  it.each([
    ['a\u0000b', 'must not contain U+0000 (a control character) at position 2'],
    ['\u0007', 'must not contain U+0007 (a control character) at position 1'],
    ['ab\u0085', 'must not contain U+0085 (a control character) at position 3'],
    ['a\u007f', 'must not contain U+007F (a control character) at position 2'],
    ['🦊\ud800x', 'must not contain U+D800 (a lone surrogate) at position 2'],
    ['\udc00', 'must not contain U+DC00 (a lone surrogate) at position 1'],
    ['a\u202eb', 'must not contain U+202E (a text direction control) at position 2'],
    ['a\u2066b', 'must not contain U+2066 (a text direction control) at position 2'],
    ['a\u{e0041}', 'must not contain U+E0041 (an invisible tag character) at position 2'],
    ['12345678901', 'must be at most 10 characters'],
    ['x'.repeat(100_001), 'must be at most 10 characters'],
    [' \u200b\n', 'must not be empty'],
    ['', 'must not be empty'],
  ])('refuses %j', (raw, message) => {
    expect(messageOf(raw)).toBe(message);
  });

  it('may be empty when it is not required', () => {
    expect(promptText({ maxCodePoints: 10, required: false }).parse(' ')).toBe('');
  });

  it('refuses what is no text', () => {
    expect(schema.safeParse(7).success).toBe(false);
  });

  it('appears as a string in JSON Schema', () => {
    expect(z.toJSONSchema(schema.meta({ description: 'words' }))).toMatchObject({ type: 'string', description: 'words' });
  });

  it('cleans once and for all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(cleanText(cleanText(text))).toBe(cleanText(text));
      }),
    );
  });
});

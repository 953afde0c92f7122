import { describe, expect, it } from 'vitest';
import { pictureName, slugOf } from './picture-name.ts';

const made = new Date(2026, 10, 20, 23, 59);

describe('the name of a picture', () => {
  it('says day, words and seed', () => {
    const picture = { prompt: 'A red fox!', seed: 12345, contentType: 'image/jpeg' };
    expect(pictureName(picture, made, 1)).toBe('2026-11-20-a-red-fox-12345.jpg');
  });

  it('is numbered from the second on', () => {
    expect(pictureName({ prompt: 'fox', seed: 0, contentType: 'image/png' }, made, 3)).toBe('2026-11-20-fox-0-3.png');
  });

  it('has no seed where the engine has none', () => {
    expect(pictureName({ prompt: 'fox', seed: null, contentType: 'image/webp' }, made, 1)).toBe('2026-11-20-fox.webp');
  });

  it.each([
    ['../../etc/passwd', 'etc-passwd'],
    ['Crème brûlée, 50 % "off"', 'creme-brulee-50-off'],
    ['夕焼けの山', '夕焼けの山'],
    ['🦊🦊', 'picture'],
    ['a beautiful sunset over mountains with a lake and a small red boat', 'a-beautiful-sunset-over-mountains-with-a-lake'],
    ['x'.repeat(300), 'x'.repeat(48)],
  ])('makes of %j the words %j', (prompt, slug) => {
    expect(slugOf(prompt)).toBe(slug);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDirectives } from './directives.ts';
import { buildEnhancedPrompt } from './enhanced-prompt.ts';
import { cleanText } from './prompt-text.ts';

describe('readDirectives', () => {
  it.each([
    ['a fox [seed:7]', { text: 'a fox', seed: 7 }],
    ['a fox [SEED: 0 ] runs', { text: 'a fox runs', seed: 0 }],
    ['a fox [seed:-1]', { text: 'a fox', seed: -1 }],
    ['a fox [not: rain, fog]', { text: 'a fox', negativePrompt: 'rain, fog' }],
    ['[not: rain] a fox [Not:fog]', { text: 'a fox', negativePrompt: 'rain, fog' }],
    ['a fox [not: \\[red\\] \\\\ cars]', { text: 'a fox', negativePrompt: '[red] \\ cars' }],
    ['a fox[seed:7]runs', { text: 'a fox runs', seed: 7 }],
    ['[seed:7]', { text: '', seed: 7 }],
    ['a [portrait:1.2] of [a fox]', { text: 'a [portrait:1.2] of [a fox]' }],
    ['a [note: x] [ seed:7] [seed 7]', { text: 'a [note: x] [ seed:7] [seed 7]' }],
    ['no brackets', { text: 'no brackets' }],
  ])('reads %j', (prompt, expected) => {
    expect(readDirectives(prompt)).toEqual({ problems: [], ...expected });
  });

  it.each([
    ['a [seed:abc] fox', 'a (seed:abc) fox', 'the seed must be a whole number from -1 to 2147483647'],
    ['a [seed:2147483648] fox', 'a (seed:2147483648) fox', 'the seed must be a whole number from -1 to 2147483647'],
    ['a [seed:1.5] fox', 'a (seed:1.5) fox', 'the seed must be a whole number from -1 to 2147483647'],
    ['a [not: ] fox', 'a (not: ) fox', 'it names nothing'],
    [`a [not:${'x'.repeat(4001)}]`, `a (not:${'x'.repeat(4001)})`, 'a negative prompt has at most 4000 characters'],
  ])('turns %j into literal text', (prompt, text, reason) => {
    const read = readDirectives(prompt);
    expect(read.text).toBe(text);
    expect(read.problems.map((problem) => problem.reason)).toEqual([reason]);
  });

  it('lets the first seed count', () => {
    expect(readDirectives('a [seed:1] [seed:2]')).toMatchObject({ text: 'a (seed:2)', seed: 1, problems: [{ directive: '[seed:2]' }] });
  });

  it('reads at most sixteen', () => {
    const read = readDirectives(`a ${'[not: x] '.repeat(17)}`);
    expect(read.negativePrompt?.split(', ')).toHaveLength(16);
    expect(read.text).toBe('a (not: x)');
    expect(read.problems).toHaveLength(1);
  });

  it.each(['[no[seed:1]t: x]', '[[seed:1]not: x]', '[not: [seed:1] x]', '[not: [seed:x] y]', '[seed:\\[not: x\\]] y]', '[not: \\[not: x'])(
    'does not let %j forge a directive',
    (prompt) => {
      const { text } = readDirectives(prompt);
      expect(readDirectives(text)).toEqual({ text, problems: [] });
    },
  );

  const hostile = fc.array(fc.constantFrom('[', ']', '\\', 'seed:', 'not:', 'NOT:', ' ', '7', '-1', 'x', '(', ')', '🦊'), {
    maxLength: 40,
  });

  it('leaves nothing that a second reading would follow', () => {
    fc.assert(
      fc.property(hostile, (parts) => {
        const { text } = readDirectives(parts.join(''));
        expect(readDirectives(text)).toEqual({ text, problems: [] });
      }),
      { numRuns: 2_000 },
    );
  });

  it('reads back what buildEnhancedPrompt wrote', () => {
    const words = fc.oneof(
      hostile.map((parts) => parts.join('')),
      fc.string({ maxLength: 30 }),
    );
    fc.assert(
      fc.property(words, fc.option(fc.integer({ min: 0, max: 2 ** 31 - 1 })), words, (prompt, seed, negative) => {
        const { text } = readDirectives(cleanText(prompt));
        const negativePrompt = negative.trim();
        const rendered = buildEnhancedPrompt(text, { seed: seed ?? undefined, negativePrompt });
        expect(readDirectives(rendered)).toEqual({
          text,
          ...(seed !== null && { seed }),
          ...(negativePrompt && { negativePrompt }),
          problems: [],
        });
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(['[not:', '\\[not:', '[', '[not: \\[', '[not:]', '[seed:', 'a[seed:1]', '\\'])(
    'reads a megabyte of %j in linear time',
    (part) => {
      const prompt = `[not: ${part.repeat(Math.ceil(1_000_000 / part.length))}`;
      const started = performance.now();
      readDirectives(prompt);
      expect(performance.now() - started).toBeLessThan(2_000);
    },
  );
});

describe('buildEnhancedPrompt', () => {
  it.each([
    [{}, 'a fox'],
    [{ seed: 12345 }, 'a fox [seed:12345]'],
    [{ seed: 0 }, 'a fox [seed:0]'],
    [{ seed: -1 }, 'a fox'],
    [{ negativePrompt: '' }, 'a fox'],
    [{ negativePrompt: 'rain' }, 'a fox [not: rain]'],
    [{ seed: 7, negativePrompt: 'rain' }, 'a fox [seed:7] [not: rain]'],
    [{ negativePrompt: 'a] [seed:1]' }, 'a fox [not: a\\] \\[seed:1\\]]'],
  ])('adds %j', (suffixes, expected) => {
    expect(buildEnhancedPrompt('a fox', suffixes)).toBe(expected);
  });
});

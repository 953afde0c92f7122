import { describe, expect, it } from 'vitest';
import { parseGenerateArguments } from './parse-generate-arguments.ts';
import { UsageError } from './usage-error.ts';

describe('the arguments of generate', () => {
  it('become the canonical input', () => {
    const args = ['A beautiful sunset', '--lora', '309:1.2', '--lora=310', '--seed', '12345', '--priority', 'quality', '-n', '2'];
    expect(parseGenerateArguments(args)).toEqual({
      input: {
        prompt: 'A beautiful sunset',
        loras: [
          { id: 309, weight: 1.2 },
          { id: 310, weight: 1 },
        ],
        seed: 12345,
        priority: 'quality',
        num_images: 2,
      },
      out: undefined,
      json: false,
      waitSeconds: 300,
    });
  });

  it('name every field of the input they fill', () => {
    const args = ['--engine', 'flux-advanced', '--provider', 'fal', '--width', '512', '--height=768', '--negative', 'snow', '--format'];
    expect(parseGenerateArguments([...args, 'webp', '--steps', '30', '--cfg', '3.5', 'a fox'])).toMatchObject({
      input: {
        prompt: 'a fox',
        engine: 'flux-advanced',
        provider_preference: 'fal',
        width: 512,
        height: 768,
        negative_prompt: 'snow',
        format: 'webp',
        steps: 30,
        cfg_scale: 3.5,
      },
    });
  });

  it('say where pictures go, how long to wait and how to answer', () => {
    expect(parseGenerateArguments(['a fox', '--out', 'pictures', '--wait', '0', '--json'])).toMatchObject({
      out: 'pictures',
      waitSeconds: 0,
      json: true,
    });
  });

  it('leave out what was not given', () => {
    expect(parseGenerateArguments(['a fox'])).toMatchObject({ input: { prompt: 'a fox' } });
  });

  it.each([
    ['a negative number', ['a fox', '--seed', '-1'], { seed: -1 }],
    ['a short option with its value attached', ['a fox', '-n3'], { num_images: 3 }],
    ['a number as text where text is meant', ['a fox', '--negative', '7'], { negative_prompt: '7' }],
    ['the separator that npm asks for', ['--', 'a fox', '--seed', '0'], { seed: 0 }],
    ['a prompt that starts with a dash, after the separator', ['--', '--', '-3 degrees'], { prompt: '-3 degrees' }],
    ['the last of repeated options', ['a fox', '--seed', '1', '--seed', '2'], { seed: 2 }],
  ])('may be %s', (_, args, input) => {
    expect(parseGenerateArguments(args)).toMatchObject({ input });
  });

  it.each([
    [['a fox', '--sede', '5'], 'There is no option --sede; did you mean --seed?'],
    [['a fox', '--zzzzz'], 'There is no option --zzzzz: see --help.'],
    [['a fox', '-x'], 'There is no option -x'],
    [[], 'Say what to draw: pnpm generate "a lighthouse at dawn".'],
    [['red', 'fox'], 'Put the prompt in quotes: after "red" there is also "fox".'],
    [['a fox', '--seed'], '--seed needs a value.'],
    [['a fox', '--seed', '--json'], '--seed needs a value.'],
    [['a fox', '--json=yes'], '--json takes no value.'],
    [['a fox', '--width', '10'], '--width must be a whole number from 256 to 2048.'],
    [['a fox', '--seed', 'lucky'], '--seed must be a whole number from -1 to 2147483647.'],
    [['a fox', '--seed', ''], '--seed must be a whole number from -1 to 2147483647.'],
    [
      ['a fox', '-n', '9', '--priority', 'best'],
      '--num-images must be a whole number from 1 to 8; --priority must be one of speed, quality, cost.',
    ],
    [['a fox', '--lora', '309:3'], '--lora weight must be a number from 0 to 2.'],
    [['a fox', '--lora', 'lora_001'], '--lora id must be a whole number from 1 to 2147483647.'],
    [['a fox', '--lora', '309:'], '--lora must look like 309 or 309:1.2, not "309:".'],
    [['a fox', '--wait', 'long'], '--wait must be a number of seconds from 0 to 86400.'],
    [[' '], 'The prompt must not be empty.'],
  ])('%j is refused: %s', (args, message) => {
    expect(() => parseGenerateArguments(args)).toThrow(UsageError);
    expect(() => parseGenerateArguments(args)).toThrow(message);
  });

  it('ask for help whatever else they say', () => {
    expect(parseGenerateArguments(['--help'])).toBe('help');
    expect(parseGenerateArguments(['-h', '--seed', 'x'])).toBe('help');
  });
});

import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { AppError } from '../errors/app-error.ts';
import { generationInputSchema } from '../generation/input.ts';
import { levenshtein, suggestName } from './suggest.ts';
import { type FieldProblem, validate } from './validate.ts';

function problemsOf(schema: z.ZodType, value: unknown): { message: string; fields: FieldProblem[] } {
  try {
    validate(schema, value);
  } catch (error) {
    if (error instanceof AppError && error.code === 'VALIDATION_ERROR') {
      return { message: error.message, fields: error.details?.fields as FieldProblem[] };
    }
    throw error;
  }
  throw new Error('the value is valid');
}

describe('validate', () => {
  it('returns the cleaned value', () => {
    expect(validate(generationInputSchema, { prompt: ' a\nfox ', loras: [{ id: 3 }] })).toEqual({
      prompt: 'a fox',
      loras: [{ id: 3, weight: 1 }],
    });
  });

  it.each([
    [{ steps: 151 }, 'steps: must be a whole number from 1 to 150'],
    [{ steps: 1.5 }, 'steps: must be a whole number from 1 to 150'],
    [{ steps: '20' }, 'steps: must be a whole number from 1 to 150'],
    [{ cfg_scale: 0 }, 'cfg_scale: must be a number from 1 to 30'],
    [{ seed: -2 }, 'seed: must be a whole number from -1 to 2147483647'],
    [{ width: 255 }, 'width: must be a whole number from 256 to 2048'],
    [{ height: null }, 'height: must be a whole number from 256 to 2048'],
    [{ num_images: 9 }, 'num_images: must be a whole number from 1 to 8'],
    [{ strength: 1.1 }, 'strength: must be a number from 0 to 1'],
    [{ deadline_seconds: 9 }, 'deadline_seconds: must be a whole number from 10 to 1800'],
    [{ format: 'gif' }, 'format: must be one of jpeg, png, webp'],
    [{ priority: 1 }, 'priority: must be one of speed, quality, cost'],
    [{ engine: 'flux' }, 'engine: must be one of flux-standard, flux-advanced, flux-juggernaut, replicate, openai, openai-edit'],
    [{ save_to_vault: 'yes' }, 'save_to_vault: must be true or false'],
    [{ loras: 3 }, 'loras: must be a list of at most 20'],
    [{ loras: [{ id: 1 }, 5] }, 'loras.1: must be a JSON object'],
    [{ loras: [{ id: 1, weight: 3 }] }, 'loras.0.weight: must be a number from 0 to 2'],
    [{ loras: [{}] }, 'loras.0.id: is required'],
    [{ dimensions: 'big' }, 'dimensions: must look like "1024x768"'],
    [{ sampler: '' }, 'sampler: must not be empty'],
    [{ sampler: 'x'.repeat(65) }, 'sampler: must be text of at most 64 characters'],
    [{ prompt: 7 }, 'prompt: must be text'],
    [{ prompt: undefined }, 'prompt: is required'],
    [{ prompt: '' }, 'prompt: must not be empty'],
    [{ prompt: 'a\u0000' }, 'prompt: must not contain U+0000 (a control character) at position 2'],
    [{ webhook_url: 'http://example.com' }, 'webhook_url: must be an https URL'],
    [{ reference_image: 'ftp://x' }, 'reference_image: must be an https URL or base64 of a png, jpeg or webp picture'],
    [{ metadata: [] }, 'metadata: must be a JSON object'],
    [{ metadata: { a: 1 } }, 'metadata.a: must be text of at most 512 characters'],
    [{ idempotency_key: 'é' }, 'idempotency_key: must be printable ASCII'],
  ])('says what is right instead of %j', (wrong, message) => {
    const { message: said, fields } = problemsOf(generationInputSchema, { prompt: 'a fox', ...wrong });
    expect(said).toBe(message);
    expect(fields).toHaveLength(1);
  });

  it.each([
    ['iVBORw0KGgoAAAA', 'data:image/png;base64,iVBORw0KGgoAAAA'],
    ['/9j/4AAQSkZJRg', 'data:image/jpeg;base64,/9j/4AAQSkZJRg'],
    ['UklGRiIAAABXRUJQ', 'data:image/webp;base64,UklGRiIAAABXRUJQ'],
    ['data:image/png;base64,iVBORw0KGgo', 'data:image/png;base64,iVBORw0KGgo'],
    ['https://pictures.example.com/a.png', 'https://pictures.example.com/a.png'],
  ])('takes a picture as %j', (sent, taken) => {
    expect(validate(generationInputSchema, { prompt: 'a fox', reference_image: sent }).reference_image).toBe(taken);
  });

  it('reports every field and names the first', () => {
    const { message, fields } = problemsOf(generationInputSchema, { steps: 0, width: 1 });
    expect(fields.map(({ path }) => path)).toEqual(['prompt', 'steps', 'width']);
    expect(message).toBe('prompt: is required');
  });

  it.each([
    ['guidance_scale', 'cfg_scale'],
    ['cfg', 'cfg_scale'],
    ['num_inference_steps', 'steps'],
    ['n', 'num_images'],
    ['batch_size', 'num_images'],
    ['output_format', 'format'],
    ['negativePrompt', 'negative_prompt'],
    ['image_url', 'reference_image'],
    ['prompt_strength', 'strength'],
    ['model', 'engine'],
    ['provider', 'engine'],
    ['cfg_scal', 'cfg_scale'],
    ['widht', 'width'],
    ['Steps', 'steps'],
  ])('suggests for the unknown %s the known %s', (unknown, suggestion) => {
    const { message, fields } = problemsOf(generationInputSchema, { prompt: 'a fox', [unknown]: 1 });
    expect(fields).toEqual([{ path: unknown, message: `is not a known field; did you mean ${suggestion}?`, suggestion }]);
    expect(message).toBe(`${unknown}: is not a known field; did you mean ${suggestion}?`);
  });

  it('suggests nothing when nothing is near', () => {
    expect(problemsOf(generationInputSchema, { prompt: 'a fox', companion_id: 1 }).fields).toEqual([
      { path: 'companion_id', message: 'is not a known field' },
    ]);
  });

  it('finds unknown names inside lists', () => {
    expect(problemsOf(generationInputSchema, { prompt: 'a fox', loras: [{ id: 1, wieght: 1 }] }).fields).toMatchObject([
      { path: 'loras.0.wieght', suggestion: 'weight' },
    ]);
  });

  it.each([null, [], 'text', 7, undefined])('wants a JSON object instead of %j', (body) => {
    expect(problemsOf(generationInputSchema, body)).toEqual({
      message: 'The request must be a JSON object',
      fields: [{ path: '', message: 'must be a JSON object' }],
    });
  });

  it.each(['{"prompt":"a","__proto__":{"x":1}}', '{"prompt":"a","constructor":1}', '{"prompt":"a","metadata":{"__proto__":"b"}}'])(
    'refuses names that mean something to JavaScript: %s',
    (json) => {
      expect(problemsOf(generationInputSchema, JSON.parse(json)).fields).toMatchObject([{ message: 'is not a known field' }]);
    },
  );

  it('checks the parameters of a query string', () => {
    const query = z.strictObject({
      page: z.coerce.number().int().min(1).optional(),
      per_page: z.coerce.number().int().min(1).max(100).default(20),
    });
    expect(validate(query, { page: '2' })).toEqual({ page: 2, per_page: 20 });
    expect(problemsOf(query, { per_page: '500' }).message).toBe('per_page: must be a whole number from 1 to 100');
    expect(problemsOf(query, { limit: '5' }).fields).toMatchObject([{ suggestion: 'per_page' }]);
  });

  it('survives bodies that are deep and wide', () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 50_000; depth += 1) deep = [deep];
    const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`key_${index}`, index]));
    expect(problemsOf(generationInputSchema, { prompt: 'a', metadata: deep }).fields).toHaveLength(1);
    expect(problemsOf(generationInputSchema, { prompt: 'a', ...wide }).fields).toHaveLength(50);
  });

  it('describes lists, dates and forms', () => {
    const schema = z.object({
      a: z.array(z.int()).min(1).max(9),
      b: z.array(z.int()).min(1),
      c: z.iso.datetime(),
      d: z.string().regex(/^x/),
      e: z.record(z.string(), z.object({ f: z.int() })),
    });
    const wrong = { a: [], b: [], c: 'today', d: 'y', e: { g: { f: 'x' } } };
    expect(problemsOf(schema, wrong).fields.map(({ path, message }) => `${path} ${message}`)).toEqual([
      'a must be a list of 1 to 9',
      'b must be a list of at least 1',
      'c must be a valid datetime',
      'd is not in the expected form',
      'e.g.f must be a whole number',
    ]);
  });

  it('describes unions, literals and open ranges', () => {
    const schema = z.object({
      a: z.union([z.int(), z.string()]),
      b: z.literal(['x', 'y']),
      c: z.number().min(2),
      d: z.number().max(2),
      e: z.int(),
    });
    expect(problemsOf(schema, { a: true, b: 1, c: 1, d: 3, e: 'x' }).fields.map(({ message }) => message)).toEqual([
      'must be a whole number or text',
      'must be x or y',
      'must be a number of at least 2',
      'must be a number of at most 2',
      'must be a whole number',
    ]);
  });

  it.each([
    ['metadata.note', { prompt: 'a', metadata: { note: 'a\0b' } }],
    ['sampler', { prompt: 'a', sampler: '\ud800' }],
    ['reference_image', { prompt: 'a', reference_image: 'https://example.com/\udfff.png' }],
  ])('refuses text in %s that cannot be stored', (path, body) => {
    expect(() => validate(generationInputSchema, body)).toThrow(`${path}: must not contain NUL or a lone surrogate`);
  });

  it('refuses such text in a query string, whose parser gives its result a prototype of its own', () => {
    const query = Object.assign(Object.create(Object.create(null)), { id: 'a\0' });
    expect(() => validate(z.object({ id: z.string() }), query)).toThrow('id: must not contain NUL or a lone surrogate');
  });
});

describe('suggestName', () => {
  it('ignores an alias of a name that does not exist here', () => {
    expect(suggestName('model', ['page'])).toBeUndefined();
  });

  it('does not compare endless names', () => {
    expect(suggestName('x'.repeat(10_000), ['page'])).toBeUndefined();
  });

  it.each([
    ['', '', 0],
    ['abc', '', 3],
    ['kitten', 'sitting', 3],
    ['steps', 'steps', 0],
  ])('counts the edits from %j to %j', (from, to, distance) => {
    expect(levenshtein(from, to)).toBe(distance);
  });
});

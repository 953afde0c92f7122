import { afterAll, describe, expect, test } from 'vitest';
import { uniquePrompt } from '../src/generate.ts';
import { type ErrorAnswer, openDoor } from '../src/http-door.ts';
import { readLedger } from '../src/ledger.ts';
import { callProcedure } from '../src/procedure.ts';
import { sharedSystem } from '../src/shared-system.ts';

const { gatewayUrl, simulatorUrl } = sharedSystem;
const door = openDoor(gatewayUrl);

/** Stands in every prompt that should be refused: nothing may be bought for it. */
const mark = uniquePrompt('refused');
const prompt = `a fox ${mark}`;
const lora = (count: number) => Array.from({ length: count }, (_, index) => ({ id: 309 + (index % 4) }));

type Field = { path: string; message: string; suggestion?: string };
const fieldsOf = ({ details }: ErrorAnswer['error']) => (details?.fields ?? []) as Field[];
const pathsOf = (error: ErrorAnswer['error']) => [...new Set(fieldsOf(error).map(({ path }) => path))];

/** What is wrong, and the field that must be named. */
const invalid: [string, Record<string, unknown>, string][] = [
  ['no prompt', { prompt: undefined }, 'prompt'],
  ['an empty prompt', { prompt: '' }, 'prompt'],
  ['a prompt of spaces', { prompt: ' \n\t ' }, 'prompt'],
  ['a prompt of invisible characters', { prompt: '\u200b\ufeff' }, 'prompt'],
  ['a prompt of directives', { prompt: '[seed:3]' }, 'prompt'],
  ['a prompt of 4001 characters', { prompt: 'x'.repeat(4_001) }, 'prompt'],
  ['a prompt of 100 kB', { prompt: `${mark} ${'word '.repeat(20_000)}` }, 'prompt'],
  ['a prompt that is a number', { prompt: 7 }, 'prompt'],
  ['a prompt that is a list', { prompt: [prompt] }, 'prompt'],
  ['a prompt that is null', { prompt: null }, 'prompt'],
  ['NUL in the prompt', { prompt: `${prompt}\0` }, 'prompt'],
  ['a control character in the prompt', { prompt: `${prompt}\u0007` }, 'prompt'],
  ['text that runs backwards', { prompt: `${prompt}\u202egpj.exe` }, 'prompt'],
  ['tag characters', { prompt: `${prompt}\u{e0041}` }, 'prompt'],
  ['a lone surrogate in the prompt', { prompt: `${prompt} \ud83d` }, 'prompt'],
  ['a lone surrogate in the negative prompt', { negative_prompt: '\udc00 rain' }, 'negative_prompt'],
  ['NUL in the negative prompt', { negative_prompt: 'rain\0' }, 'negative_prompt'],
  ['a lone surrogate in the sampler', { sampler: 'euler\ud800' }, 'sampler'],
  ['NUL in the sampler', { sampler: 'eu\0ler' }, 'sampler'],
  ['a lone surrogate in metadata', { metadata: { note: '\ud800' } }, 'metadata.note'],
  ['NUL in metadata', { metadata: { note: 'a\0b' } }, 'metadata.note'],
  ['metadata with a number', { metadata: { note: 1 } }, 'metadata.note'],
  ['metadata that is a list', { metadata: ['a'] }, 'metadata'],
  ['nested metadata', { metadata: { a: { b: 'c' } } }, 'metadata.a'],
  ['metadata with 17 names', { metadata: Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`k${index}`, 'v'])) }, 'metadata'],
  ['a number as text', { steps: '20' }, 'steps'],
  ['a width as text', { width: '1024' }, 'width'],
  ['NaN as text', { cfg_scale: 'NaN' }, 'cfg_scale'],
  ['no steps', { steps: 0 }, 'steps'],
  ['too many steps', { steps: 151 }, 'steps'],
  ['half a step', { steps: 20.5 }, 'steps'],
  ['a guidance of 0.5', { cfg_scale: 0.5 }, 'cfg_scale'],
  ['a guidance of 31', { cfg_scale: 31 }, 'cfg_scale'],
  ['a seed of −2', { seed: -2 }, 'seed'],
  ['a seed beyond 2³¹', { seed: 2_147_483_648 }, 'seed'],
  ['a seed beyond what numbers hold', { seed: 2 ** 60 }, 'seed'],
  ['a fractional seed', { seed: 1.5 }, 'seed'],
  ['255 pixels', { width: 255 }, 'width'],
  ['2049 pixels', { height: 2_049 }, 'height'],
  ['a size that says nothing', { dimensions: 'big' }, 'dimensions'],
  ['a size out of range', { dimensions: '64x64' }, 'dimensions'],
  ['an unknown preset', { image_size: 'huge' }, 'image_size'],
  ['no pictures', { num_images: 0 }, 'num_images'],
  ['nine pictures', { num_images: 9 }, 'num_images'],
  ['GIF', { format: 'gif' }, 'format'],
  ['a quality of 101', { quality: 101 }, 'quality'],
  ['yes for true', { save_to_vault: 'yes' }, 'save_to_vault'],
  ['1 for true', { track_usage: 1 }, 'track_usage'],
  ['an unknown priority', { priority: 'best' }, 'priority'],
  ['an unknown provider', { provider_preference: 'midjourney' }, 'provider_preference'],
  ['an unknown engine', { engine: 'flux' }, 'engine'],
  ['a strength of 2', { strength: 2 }, 'strength'],
  ['LoRAs that are one', { loras: { id: 309 } }, 'loras'],
  ['a LoRA that is a number', { loras: [309] }, 'loras.0'],
  ['a LoRA without id', { loras: [{ weight: 1 }] }, 'loras.0.id'],
  ['a LoRA id as text', { loras: [{ id: '309' }] }, 'loras.0.id'],
  ['a LoRA weight of 3', { loras: [{ id: 309, weight: 3 }] }, 'loras.0.weight'],
  ['a negative LoRA weight', { loras: [{ id: 309, weight: -0.1 }] }, 'loras.0.weight'],
  ['21 LoRAs', { loras: lora(21) }, 'loras'],
  ['a deadline of 9 s', { deadline_seconds: 9 }, 'deadline_seconds'],
  ['a deadline of an hour', { deadline_seconds: 3_600 }, 'deadline_seconds'],
  ['a webhook over http', { webhook_url: 'http://example.com' }, 'webhook_url'],
  ['a webhook that is no URL', { webhook_url: 'https://' }, 'webhook_url'],
  ['a webhook that is a script', { webhook_url: 'javascript:alert(1)' }, 'webhook_url'],
  ['a reference over http', { reference_image: 'http://example.com/a.png' }, 'reference_image'],
  ['a reference on this disk', { reference_image: 'file:///etc/passwd' }, 'reference_image'],
  ['a reference into the vault', { reference_image: `vault:${'0'.repeat(64)}` }, 'reference_image'],
  ['a reference that is SVG', { reference_image: 'data:image/svg+xml;base64,AAAA' }, 'reference_image'],
  ['a reference that is no picture', { reference_image: 'data:image/png;base64,AAAA' }, 'reference_image'],
  ['a reference that is empty', { reference_image: 'data:image/png;base64,' }, 'reference_image'],
];

const unknownNames: [string, string | undefined][] = [
  ['guidance_scale', 'cfg_scale'],
  ['num_inference_steps', 'steps'],
  ['widht', 'width'],
  ['n', 'num_images'],
  ['user_id', undefined],
  ['status', undefined],
  ['credits_used', undefined],
  ['generation_id', undefined],
];

const refusedLoras: [string, string, Record<string, unknown>, ErrorAnswer['error']][] = [
  [
    'flux/standard',
    'flux.standard',
    { loras: lora(3) },
    {
      code: 'LIMIT_EXCEEDED',
      message: 'Standard Flux supports maximum 2 LoRAs. Use /flux/advanced for more.',
      details: { limit: 2, given: 3, engine: 'flux-standard' },
    },
  ],
  [
    'openai/generate',
    'openai.generate',
    { loras: lora(1) },
    {
      code: 'LIMIT_EXCEEDED',
      message: 'OpenAI does not support LoRAs. Use /flux/standard instead.',
      details: { limit: 0, given: 1, engine: 'openai' },
    },
  ],
  [
    'smart/generate',
    'smart.generate',
    { loras: [{ id: 309 }, { id: 999_999 }, { id: 5 }] },
    {
      code: 'INVALID_LORA',
      message: 'Unknown LoRA ids: 999999, 5.',
      details: { invalid_ids: [999_999, 5], valid_ids: [309, 310, 311, 312, 313, 314] },
    },
  ],
];

const restRoutes = [
  'smart/generate',
  'flux/standard',
  'flux/advanced',
  'flux/juggernaut',
  'replicate/generate',
  'openai/generate',
  'openai/edit',
];

describe.concurrent('bad input', () => {
  afterAll(async () => {
    expect((await readLedger(simulatorUrl)).filter((purchase) => purchase.prompt.includes(mark))).toEqual([]);
  });

  test.each(invalid)('%s is refused by REST, naming the field', async (_, wrong, path) => {
    const { status, body, headers } = await door.post<ErrorAnswer>('/api:v2/smart/generate', { prompt, ...wrong });
    expect([status, body.error.code]).toEqual([400, 'VALIDATION_ERROR']);
    expect(pathsOf(body.error)).toEqual([path]);
    expect(body.message).toBe(body.error.message);
    expect(body.error.message).toContain(path);
    expect(Object.keys(body)).toEqual(['error', 'message']);
    expect(headers.get('x-request-id')).toMatch(/^http_/);
  });

  test.each(invalid)('%s is refused by tRPC, naming the field', async (_, wrong, path) => {
    const { status, body } = await callProcedure(door, 'smart.generate', { prompt, ...wrong });
    expect([status, body.error?.data.code, body.error?.data.error.code]).toEqual([400, 'BAD_REQUEST', 'VALIDATION_ERROR']);
    expect(pathsOf(body.error!.data.error)).toEqual([path]);
    expect(JSON.stringify(body)).not.toContain('node_modules');
  });

  test.each(unknownNames)('the unknown name %s is refused, with what may have been meant', async (name, suggestion) => {
    const expected = [{ path: name, message: expect.stringContaining('not a known field'), ...(suggestion && { suggestion }) }];
    const rest = await door.post<ErrorAnswer>('/api:v2/flux/standard', { prompt, [name]: 7 });
    expect([rest.status, fieldsOf(rest.body.error)]).toEqual([400, expected]);
    if (suggestion) expect(rest.body.error.message).toContain(`did you mean ${suggestion}?`);
    const trpc = await callProcedure(door, 'flux.standard', { prompt, [name]: 7 });
    expect([trpc.status, fieldsOf(trpc.body.error!.data.error)]).toEqual([400, expected]);
  });

  test('several problems are all named', async () => {
    const { body } = await door.post<ErrorAnswer>('/api:v2/smart/generate', { steps: 'x', width: 1, colour: 'red' });
    expect(pathsOf(body.error).sort()).toEqual(['colour', 'prompt', 'steps', 'width']);
  });

  test.each(refusedLoras)('LoRAs that %s cannot take', async (route, procedure, wrong, error) => {
    const rest = await door.post<ErrorAnswer>(`/api:v2/${route}`, { prompt, ...wrong });
    expect([rest.status, rest.body]).toEqual([400, { error, message: error.message }]);
    const trpc = await callProcedure(door, procedure, { prompt, ...wrong });
    expect([trpc.status, trpc.body.error?.data.error]).toEqual([400, error]);
  });

  test.each(restRoutes)('%s refuses what it does not know like the others', async (route) => {
    const { status, body } = await door.post<ErrorAnswer>(`/api:v2/${route}`, { prompt, stepz: 3 });
    expect([status, fieldsOf(body.error)[0]?.suggestion]).toEqual([400, 'steps']);
  });

  test('another engine than the route’s is refused', async () => {
    const { status, body } = await door.post<ErrorAnswer>('/api:v2/flux/standard', { prompt, engine: 'openai' });
    expect([status, fieldsOf(body.error)[0]?.path]).toEqual([400, 'engine']);
  });

  test('an edit without a picture, and a picture where none can be used, are refused', async () => {
    for (const [route, wrong] of [
      ['openai/edit', {}],
      ['flux/juggernaut', { reference_image: 'https://example.com/a.png' }],
    ] as const) {
      const { status, body } = await door.post<ErrorAnswer>(`/api:v2/${route}`, { prompt, ...wrong });
      expect([route, status, fieldsOf(body.error)[0]?.path]).toEqual([route, 400, 'reference_image']);
    }
  });
});

import { AppError } from '@imagegen/core/errors/app-error';
import { generationInputSchema } from '@imagegen/core/generation/input';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { translateBody as translateDeployed } from './deployed/translate.ts';
import { translateBody as translateGateway } from './gateway-group/translate.ts';
import { catalogue } from './legacy/catalogue.fixture.ts';
import { editBodyOfForm } from './openai/form.ts';
import { translateEdits, translateGenerations } from './openai/translate.ts';
import type { Translated } from './translated.ts';
import { v1Endpoints } from './v1/endpoints.ts';
import { translateBody as translateV1 } from './v1/translate.ts';

const outsideNames = [
  'settings',
  'options',
  'provider',
  'model',
  'cfg',
  'n',
  'size',
  'image',
  'images',
  'image_url',
  'output_format',
  'x_gateway',
  'style_preset',
  'lora_model',
  'lora_models',
  'blend_weights',
  'model_name',
  'modifier_name',
  'modifier_scale',
  'message',
  'messages',
  'tools',
  'session_id',
  'user',
  'response_format',
  '__proto__',
  'constructor',
  'toString',
];
const name = fc.constantFrom(...outsideNames, ...Object.keys(generationInputSchema.shape), 'id', 'url', 'path', 'scale', 'weight', 'name');
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', 'None', '7', '1e999', 'auto', 'lora_001', '[', '[{}]', 'https://a.example/b', 'data:'),
);
const { body } = fc.letrec((tie) => ({
  leaf: fc.oneof(text, fc.double(), fc.integer(), fc.boolean(), fc.constant(null)),
  value: fc.oneof(
    { depthSize: 'small' },
    tie('leaf'),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(name, tie('value'), { maxKeys: 5 }),
  ),
  body: fc.oneof({ weight: 9, arbitrary: fc.dictionary(name, tie('value'), { maxKeys: 9 }) }, tie('value')),
}));

const doors: [string, (body: unknown) => Translated][] = [
  ['the gateway', translateGateway],
  ['the deployed group', (sent) => translateDeployed(sent, catalogue)],
  ["OpenAI's generations", (sent) => translateGenerations(sent, 'gpt-image-2')],
  ["OpenAI's edits", (sent) => translateEdits(sent, 'gpt-image-2')],
  ...v1Endpoints.map((endpoint): [string, (body: unknown) => Translated] => [
    endpoint.path,
    (sent) => translateV1(sent, endpoint, catalogue),
  ]),
];

describe('whatever body comes', () => {
  it.each(doors)('%s makes valid input of it or refuses it', (_, translate) => {
    fc.assert(
      fc.property(body, (sent) => {
        try {
          const { input, adjustments } = translate(sent);
          const { lora_files: _files, render_quality: _quality, ...canonical } = input;
          expect(generationInputSchema.safeParse(canonical).success).toBe(true);
          expect(JSON.stringify([input, adjustments])).not.toMatch(/\\u0000|\\ud[89a-f]/);
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
        }
      }),
      { numRuns: 300 },
    );
  });

  it('the form of an edit is read or refused', () => {
    fc.assert(
      fc.property(fc.dictionary(name, text), (fields) => {
        expect(editBodyOfForm({ fields, files: [] })).toBeTypeOf('object');
      }),
    );
  });
});

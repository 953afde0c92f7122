import { describe, expect, it } from 'vitest';
import { editBodyOfForm as editOfV2 } from '../v2/edit-form.ts';
import { editBodyOfForm as editOfOpenAi } from './form.ts';

const bytes = Buffer.from('iVBORw0KGgo=', 'base64');
const dataUrl = 'data:image/png;base64,iVBORw0KGgo=';

describe('the form of an edit', () => {
  it.each(['image', 'image[]'])("is OpenAI's JSON body with the file %s", (name) => {
    const fields = { prompt: 'a fox', n: '2', stream: 'false', x_gateway: '{"seed":7}', user: '42' };
    expect(editOfOpenAi({ fields, files: [{ name, bytes }] })).toEqual({
      prompt: 'a fox',
      n: 2,
      stream: false,
      x_gateway: { seed: 7 },
      user: '42',
      image: dataUrl,
    });
  });

  it.each(['image', 'reference_image'])('is the JSON body of v2 with the file %s', (name) => {
    const fields = { prompt: '1984', num_images: '2', save_to_vault: 'false', loras: '[{"id":309}]', metadata: '{"a":"b"}' };
    expect(editOfV2({ fields, files: [{ name, bytes }] })).toEqual({
      prompt: '1984',
      num_images: 2,
      save_to_vault: false,
      loras: [{ id: 309 }],
      metadata: { a: 'b' },
      reference_image: dataUrl,
    });
  });

  it('may have its picture as an address', () => {
    expect(editOfV2({ fields: { prompt: 'a', reference_image: 'https://a.example/b.png' }, files: [] })).toEqual({
      prompt: 'a',
      reference_image: 'https://a.example/b.png',
    });
  });

  it.each([
    [editOfOpenAi, 'mask', /^mask: is not supported/],
    [editOfV2, 'picture', /^picture: is not a known file/],
  ])('has no other file (%#)', (read, name, message) => {
    expect(() => read({ fields: {}, files: [{ name, bytes }] })).toThrow(message);
  });

  it.each([editOfOpenAi, editOfV2])('has one file, and it is a picture (%#)', (read) => {
    const file = { name: 'image', bytes };
    expect(() => read({ fields: {}, files: [file, file] })).toThrow('must be one picture');
    expect(() => read({ fields: {}, files: [{ name: 'image', bytes: Buffer.from('<svg/>') }] })).toThrow(
      'must be a png, jpeg or webp picture',
    );
  });
});

import { expect, it } from 'vitest';
import { toEditForm } from './edit-form.ts';

const png = `data:image/png;base64,${Buffer.from('a png').toString('base64')}`;
const jpeg = `data:image/jpeg;base64,${Buffer.from('a jpeg').toString('base64')}`;

it('sends one picture as `image` and everything else as text', async () => {
  const form = toEditForm({ model: 'gpt-image-2', prompt: 'a fox', images: [{ image_url: png }], n: 2, moderation: 'auto' });
  expect([...form.keys()]).toEqual(['model', 'prompt', 'n', 'image']);
  expect(form.get('n')).toBe('2');
  const file = form.get('image') as File;
  expect({ name: file.name, type: file.type, text: await file.text() }).toEqual({ name: 'image-1.png', type: 'image/png', text: 'a png' });
});

it('sends several pictures as `image[]`', () => {
  const form = toEditForm({ prompt: 'a fox', images: [{ image_url: png }, { image_url: jpeg }] });
  expect([...form.keys()]).toEqual(['prompt', 'image[]', 'image[]']);
  expect(form.getAll('image[]').map((file) => (file as File).name)).toEqual(['image-1.png', 'image-2.jpeg']);
});

it.each([undefined, [], [{ image_url: 'https://x.example/a.png' }], [{ image_url: 'data:image/gif;base64,AAAA' }]])(
  'buys nothing when the pictures are %j',
  (images) => {
    expect(() => toEditForm({ prompt: 'a fox', images })).toThrow(expect.objectContaining({ kind: 'invalid-request', billed: 'no' }));
  },
);

import { fastify } from 'fastify';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { registerDocuments } from './documents.ts';

const described = { summary: 'A picture', tags: ['images'], security: [], response: { 200: z.object({ url: z.string() }) } };

async function documented() {
  const app = fastify();
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  await registerDocuments(app);
  return app;
}

test('a route is in the document by its method and path', async () => {
  await using app = await documented();
  app.post('/api::v9/pictures/:id', { schema: described }, () => ({ url: '' }));
  await app.ready();
  expect(app.swagger().paths).toEqual({
    '/api:v9/pictures/{id}': { post: expect.objectContaining({ operationId: 'postApiV9PicturesId', summary: 'A picture' }) },
  });
});

test.each([
  ['has no schema', undefined],
  ['hides itself', { ...described, hide: true }],
  ['answers nothing', { ...described, response: undefined }],
  ['has no summary', { ...described, summary: '' }],
  ['does not say who may call', { ...described, security: undefined }],
])('a route that %s is refused', async (_, schema) => {
  await using app = await documented();
  expect(() => app.get('/secret', { ...(schema && { schema }) }, () => ({}))).toThrow('GET /secret has no entry in the OpenAPI document');
});

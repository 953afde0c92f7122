import { beforeAll, describe, expect, test } from 'vitest';
import { uniquePrompt } from '../src/generate.ts';
import { openDoor } from '../src/http-door.ts';
import { fetchDocument } from '../src/openapi-document.ts';
import { referencePicture } from '../src/picture.ts';
import { sharedSystem } from '../src/shared-system.ts';

const door = openDoor(sharedSystem.gatewayUrl);
const document = await fetchDocument(sharedSystem.gatewayUrl);
const withExample = document.names.filter((name) => name.startsWith('POST ') && document.exampleOf(name) && !name.includes('/webhooks/'));

/** Pictures behind the examples' addresses are nowhere; a real one takes their place. */
async function asSent(example: unknown): Promise<unknown> {
  const picture = await referencePicture();
  return JSON.parse(
    JSON.stringify(example)
      .replaceAll(/https:\/\/pictures\.example\.com\/[\w.-]+/g, picture)
      .replace('a lighthouse at dusk', uniquePrompt('a lighthouse')),
  );
}

describe('the examples of the document', () => {
  beforeAll(() => expect(withExample.length).toBeGreaterThan(30));

  test.concurrent.each(withExample)('%s takes its own and answers as it says', async (name) => {
    const { status, body } = await door.post<unknown>(name.slice('POST '.length), await asSent(document.exampleOf(name)));
    expect([status, status < 300 ? '' : body]).toEqual([expect.any(Number), '']);
    expect(document.problemOf(name, { status, body })).toBeNull();
  });

  test('an answer that is not as documented would be found', () => {
    const name = 'GET /healthz';
    expect(document.problemOf(name, { status: 200, body: { status: 'ok' } })).toBeNull();
    expect(document.problemOf(name, { status: 200, body: { status: 1 } })).toContain('must be string');
    expect(document.problemOf('GET /v1/models', { status: 401, body: { error: 'no' } })).toContain('must be object');
    expect(document.problemOf(name, { status: 418, body: {} })).toContain('no JSON for 418');
  });
});

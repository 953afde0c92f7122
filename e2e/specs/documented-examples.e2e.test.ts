import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { uniquePrompt } from '../src/generate.ts';
import { openDoor } from '../src/http-door.ts';
import { fetchDocument } from '../src/openapi-document.ts';
import { referencePicture } from '../src/picture.ts';
import { examplesOf, runProgram, sendCurl } from '../src/readme.ts';
import { type RunningSystem, startRunningSystem } from '../src/running-system.ts';
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

describe('the examples of the README', () => {
  let system: RunningSystem;
  beforeAll(async () => {
    system = await startRunningSystem({ LEGACY_ANONYMOUS: 'true' });
  });
  afterAll(() => system[Symbol.asyncDispose]());

  /** Sends its `curl` commands in order, each with the request id that the one before got. */
  async function sendAll(): Promise<unknown[]> {
    const answers: { status: number; body: unknown }[] = [];
    for (const command of examplesOf('bash', system.gatewayUrl).filter((text) => text.startsWith('curl '))) {
      const { request_id } = (answers.at(-1)?.body ?? {}) as { request_id?: string };
      answers.push(await sendCurl(command.replace('req_…', request_id ?? '')));
    }
    return answers;
  }

  test('every curl is answered as it says', async () => {
    const generated = {
      request_id: expect.any(String),
      poll_url: expect.any(String),
      seed: 12345,
      adjustments: [],
      routing: expect.anything(),
    };
    expect(await sendAll()).toMatchObject([
      { status: 202, body: generated },
      { status: 200, body: { request_id: expect.any(String), status: expect.stringMatching(/processing|completed/) } },
      { status: 200, body: { success: true, request_id: expect.stringMatching(/^req_/) } },
      { status: 200, body: { success: true } },
    ]);
  });

  test('the typed client does what it says', async () => {
    const [program = ''] = examplesOf('ts', system.gatewayUrl);
    const lines = (await runProgram(program)).trim().split('\n');
    expect(lines[0]).toBe('pending 0');
    expect(lines).toContain('completed 100');
    expect(lines.at(-1)).toMatch(/^[1-9]\d* http.*signature=/);
  });

  test('the two lines of a front end stand in for its own services', async () => {
    const [, twoLines = ''] = examplesOf('ts', system.gatewayUrl);
    expect(twoLines.trim().split('\n')).toHaveLength(2);
    const printed = await runProgram(`${twoLines}
      const loras = await fetchLoRAModels();
      const urls = await generateImage('A fox', 'text-to-image', { generationDefaults: { loras: [{ id: loras[0].id, weight: 1 }] } });
      console.log(JSON.stringify({ loras: loras.length, urls }));`);
    expect(JSON.parse(printed)).toEqual({ loras: 6, urls: [expect.stringContaining('signature=')] });
  });
});

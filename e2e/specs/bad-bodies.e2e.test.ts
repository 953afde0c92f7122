import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, test } from 'vitest';
import { uniquePrompt } from '../src/generate.ts';
import { type ErrorAnswer, openDoor } from '../src/http-door.ts';
import { readLedger } from '../src/ledger.ts';
import type { ProcedureError } from '../src/procedure.ts';
import { sharedSystem } from '../src/shared-system.ts';

const { gatewayUrl, simulatorUrl } = sharedSystem;
const door = openDoor(gatewayUrl);
const mark = uniquePrompt('refused');
const rest = '/api:v2/smart/generate';
const trpc = '/trpc/smart.generate';
const megabyte = 1024 * 1024;

const bodies: [string, string][] = [
  ['nothing', ''],
  ['half a JSON', `{"prompt":"${mark}"`],
  ['no JSON', `prompt=${mark}`],
  ['two JSONs', `{"prompt":"${mark}"}{"prompt":"${mark}"}`],
  ['a list', `[{"prompt":"${mark}"}]`],
  ['a text', `"${mark}"`],
  ['a number', '7'],
  ['null', 'null'],
  ['an infinite number', `{"prompt":"${mark}","steps":1e309}`],
  ['a number of 400 digits', `{"prompt":"${mark}","seed":${'9'.repeat(400)}}`],
  ['NaN', `{"prompt":"${mark}","cfg_scale":NaN}`],
  ['__proto__', `{"prompt":"${mark}","__proto__":{"engine":"openai"}}`],
  ['constructor', `{"prompt":"${mark}","constructor":{"prototype":{}}}`],
  ['__proto__ in metadata', `{"prompt":"${mark}","metadata":{"__proto__":"x"}}`],
  ['__proto__ in a LoRA', `{"prompt":"${mark}","loras":[{"id":309,"__proto__":{"weight":9}}]}`],
  ['ten thousand brackets', `{"prompt":"${mark}","metadata":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
  ['ten thousand objects', `{"prompt":"${mark}","metadata":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`],
  ['ten thousand names', `{"prompt":"${mark}",${Array.from({ length: 10_000 }, (_, index) => `"k${index}":1`).join()}}`],
  ['a name of 100 kB', `{"prompt":"${mark}","${'k'.repeat(100_000)}":1}`],
  ['bytes', randomBytes(64).toString('latin1')],
];

describe.concurrent('bodies that are no request', () => {
  afterAll(async () => {
    expect((await readLedger(simulatorUrl)).filter(({ prompt }) => prompt.includes(mark))).toEqual([]);
  });

  test.each(bodies)('REST refuses %s', async (_, body) => {
    const answer = await door.post<ErrorAnswer>(rest, body);
    expect([answer.status, answer.body.error.code]).toEqual([400, 'VALIDATION_ERROR']);
    expect(answer.body.error.message.length).toBeLessThan(400);
  });

  test.each(bodies)('tRPC refuses %s', async (_, body) => {
    const answer = await door.post<{ error: ProcedureError }>(trpc, body);
    expect([answer.status, answer.body.error.data.error.code]).toEqual([400, 'VALIDATION_ERROR']);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'image/png', 'application/jsonx', 'nonsense'])(
    '%s is not read',
    async (type) => {
      const body = JSON.stringify({ prompt: mark });
      const answer = await door.post<ErrorAnswer>(rest, body, { 'content-type': type });
      expect([answer.status, answer.body.error.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
      const { status } = await door.post(trpc, body, { 'content-type': type });
      expect(status).toBe(415);
    },
  );

  test('a form with files is not read where JSON is expected', async () => {
    const form = new FormData();
    form.set('prompt', mark);
    const headers = { authorization: `Bearer ${door.key}` };
    const send = (path: string) => fetch(`${gatewayUrl}${path}`, { method: 'POST', body: form, headers });
    expect((await send(rest)).status).toBe(415);
    expect((await send(trpc)).status).toBe(400);
  });

  test.each([rest, trpc])('16 MB at %s are too much', async (path) => {
    const body = JSON.stringify({ prompt: mark, metadata: { note: 'x'.repeat(16 * megabyte) } });
    expect((await door.post(path, body)).status).toBe(413);
  });

  test('2 MB where no picture is expected are too much', async () => {
    const body = JSON.stringify({ request_id: 'x'.repeat(2 * megabyte) });
    const answer = await door.post<ErrorAnswer>('/api:v2/status/check', body);
    expect([answer.status, answer.body.error.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });

  test.each(['', ' ', 'x'.repeat(256), 'caf\u00e9', 'a\tb'])('the idempotency key %j is refused', async (key) => {
    const answer = await door.post<ErrorAnswer>(rest, { prompt: mark }, { 'idempotency-key': key });
    expect([answer.status, answer.body.error.code]).toEqual([400, 'VALIDATION_ERROR']);
    expect(JSON.stringify(answer.body.error.details)).toContain('idempotency-key');
  });

  test.each([
    ['request_id=', 'request_id'],
    ['', 'request_id'],
    ['request_id=req_x&wait=31', 'wait'],
    ['request_id=req_x&wait=abc', 'wait'],
    ['request_id=req_x&wait=-1', 'wait'],
    ['request_id=req_x&job=1', 'job'],
    ['request_id=a&request_id=b', 'request_id'],
    [`request_id=${'x'.repeat(65)}`, 'request_id'],
    ['request_id=%00', 'request_id'],
    ['request_id=%ff', null],
  ])('status?%s is refused', async (query, path) => {
    const { status, body } = await door.get<ErrorAnswer>(`/api:v2/status/check?${query}`);
    expect([status, body.error.code]).toEqual(path ? [400, 'VALIDATION_ERROR'] : [404, 'NOT_FOUND']);
    expect(body.error.details).toEqual(path ? { fields: [expect.objectContaining({ path })] } : undefined);
  });

  test.each(['/api:v2/smart/generate', '/api:v2/nothing', '/nothing', '/api:v2/../../etc/passwd', '/%00', '/api:v2/%'])(
    'GET %s is not there',
    async (path) => {
      const { status, body } = await door.get<ErrorAnswer>(path);
      expect([400, 404, 405]).toContain(status);
      expect(body.error.code).toEqual(expect.any(String));
    },
  );

  test.each(['smart.nothing', 'nothing', 'smart', '__proto__', 'constructor.prototype', 'smart.generate,smart.generate'])(
    'there is no procedure %s',
    async (path) => {
      const answer = await door.post<{ error: ProcedureError }>(`/trpc/${path}`, { prompt: mark });
      expect([400, 404]).toContain(answer.status);
    },
  );

  test('a mutation is not made by GET', async () => {
    const { status } = await door.get(`/trpc/smart.generate?input=${encodeURIComponent(JSON.stringify({ prompt: mark }))}`);
    expect(status).toBe(405);
  });

  test('a request that is no HTTP gets an answer and the next one is served', async () => {
    const { port } = new URL(gatewayUrl);
    for (const words of ['GET / HTTP/9.9\r\n\r\n', 'nonsense\r\n\r\n', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`]) {
      const socket = connect(Number(port), '127.0.0.1');
      socket.end(words);
      expect(await text(socket)).toMatch(/^HTTP\/1\.1 (400|431|505) /);
    }
    expect((await door.get('/healthz')).status).toBe(200);
  });
});

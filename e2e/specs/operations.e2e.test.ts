import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { generate, uniquePrompt } from '../src/generate.ts';
import { openDoor } from '../src/http-door.ts';
import { callProcedure } from '../src/procedure.ts';
import { sharedSystem } from '../src/shared-system.ts';

const { gatewayUrl, dataDir } = sharedSystem;
const door = openDoor(gatewayUrl);
const nobody = openDoor(gatewayUrl, '');

const v2Routes = [
  ['post', '/api:v2/flux/standard'],
  ['post', '/api:v2/flux/advanced'],
  ['post', '/api:v2/flux/juggernaut'],
  ['post', '/api:v2/replicate/generate'],
  ['post', '/api:v2/openai/generate'],
  ['post', '/api:v2/openai/edit'],
  ['post', '/api:v2/smart/generate'],
  ['get', '/api:v2/status/check'],
  ['post', '/api:v2/status/check'],
  ['post', '/api:v2/utils/estimate'],
  ['post', '/api:v2/utils/validate'],
];

type Operation = { summary?: string; responses: Record<string, unknown>; requestBody?: unknown; security?: unknown };
type OpenApi = { openapi: string; paths: Record<string, Record<string, Operation>>; components: { securitySchemes: unknown } };

/** The sum of all series of one metric. */
async function metric(name: string): Promise<number> {
  const { body } = await nobody.get<string>('/metrics');
  const series = body.split('\n').filter((line) => line.startsWith(name) && /^[{ ]/.test(line.slice(name.length)));
  return series.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

describe('operations', () => {
  test('it is alive and ready, and says so without a key', async () => {
    expect(await nobody.get('/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await nobody.get('/readyz')).toMatchObject({
      status: 200,
      body: { status: 'ready', checks: { postgres: 'ok', nats: 'ok', vault: 'ok' } },
    });
  });

  test('metrics are Prometheus text, and they move', async () => {
    const answer = await nobody.get<string>('/metrics');
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    for (const line of answer.body.split('\n').filter(Boolean))
      expect(line).toMatch(/^# (HELP|TYPE) \w+ |^\w+(\{.*\})? (-?[\d.e+-]+|NaN|\+Inf)$/);
    const names = ['imagegen_http_request_duration_seconds_count', 'imagegen_generations_accepted_total'];
    const before = await Promise.all(names.map(metric));
    await generate(door, 'flux/standard', { prompt: uniquePrompt() });
    const after = await Promise.all(names.map(metric));
    expect(after.map((value, index) => value > before[index]!)).toEqual([true, true]);
    expect(answer.body).toMatch(/imagegen_outbox_age_seconds \d/);
    expect(answer.body).toMatch(/imagegen_live_subscribers \d/);
    expect(answer.body).toMatch(/process_resident_memory_bytes \d/);
  });

  test('labels of metrics are never a caller’s text', async () => {
    const mark = uniquePrompt('mark').replaceAll(' ', '');
    await nobody.get(`/${mark}`);
    await door.get(`/api:v2/status/check?request_id=${mark}`);
    expect((await nobody.get<string>('/metrics')).body).not.toContain(mark);
  });

  test('the OpenAPI document has every v2 route with its errors', async () => {
    const { status, body } = await nobody.get<OpenApi>('/openapi.json');
    expect([status, body.openapi]).toEqual([200, '3.1.0']);
    for (const [method, path] of v2Routes) {
      const operation = body.paths[path!]?.[method!];
      expect(operation, `${method} ${path}`).toMatchObject({ summary: expect.any(String), security: [expect.anything()] });
      const codes = Object.keys(operation!.responses);
      expect(codes).toEqual(
        expect.arrayContaining([path!.includes('generate') || path!.includes('flux') || path!.includes('edit') ? '202' : '200', '401']),
      );
      if (method === 'post') expect(operation!.requestBody).toBeDefined();
    }
    expect(JSON.stringify(body)).not.toMatch(/"\$ref":"(?!#)/);
  });

  test('the explorer and all it loads come from here', async () => {
    const page = await nobody.get<string>('/docs/');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    const sources = [...page.body.matchAll(/<(?:script|link)[^>]+(?:src|href)="([^"]+)"/g)].map(([, source]) => source!);
    expect(sources.length).toBeGreaterThan(0);
    for (const source of sources) {
      const url = new URL(source, `${gatewayUrl}/docs/`);
      expect(url.origin).toBe(gatewayUrl);
      expect([source, (await fetch(url)).status]).toEqual([source, 200]);
    }
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
  });

  test('every answer carries the security headers', async () => {
    for (const path of ['/healthz', '/openapi.json', '/nothing', '/api:v2/status/check', '/trpc/loras.list']) {
      const { headers } = await nobody.get(path);
      expect([path, Object.fromEntries(headers)]).toEqual([
        path,
        expect.objectContaining({
          'x-content-type-options': 'nosniff',
          'x-frame-options': expect.any(String),
          'referrer-policy': 'no-referrer',
          'strict-transport-security': expect.any(String),
          'content-security-policy': expect.stringContaining('frame-ancestors'),
        }),
      ]);
      expect(headers.has('x-powered-by')).toBe(false);
      expect(headers.has('server')).toBe(false);
    }
  });

  test('a caller’s request id is kept, an unusable one replaced', async () => {
    const given = async (id: string) => (await nobody.get('/healthz', { 'x-request-id': id })).headers.get('x-request-id');
    expect(await given('trace-1.a_b')).toBe('trace-1.a_b');
    for (const bad of ['a b', 'x'.repeat(129), '<script>', '"']) expect(await given(bad)).toMatch(/^http_\w{20,}$/);
    const refused = await nobody.post('/api:v2/smart/generate', {}, { 'x-request-id': 'mine' });
    expect([refused.status, refused.headers.get('x-request-id')]).toEqual([401, 'mine']);
    const called = await nobody.post('/trpc/smart.generate', {}, { 'x-request-id': 'mine' });
    expect([called.status, called.headers.get('x-request-id')]).toEqual([401, 'mine']);
  });

  test('an estimate and a validation pay nothing and name every engine', async () => {
    const prompt = uniquePrompt();
    const { body: estimate } = await door.post<{
      recommendations: { engine: string }[];
      cheapest: string;
      fastest: string;
      best_quality: string;
    }>('/api:v2/utils/estimate', { prompt });
    expect(estimate.recommendations.length).toBeGreaterThanOrEqual(5);
    expect([estimate.cheapest, estimate.fastest, estimate.best_quality]).toEqual([expect.any(String), 'openai', 'flux-juggernaut']);
    const { body: check } = await door.post<{ valid: boolean; per_engine: { engine: string; ok: boolean }[] }>('/api:v2/utils/validate', {
      prompt,
    });
    expect(check.valid).toBe(true);
    expect(check.per_engine).toHaveLength(6);
    const { status, body: wrong } = await door.post<{ valid: boolean; errors: { code: string }[] }>('/api:v2/utils/validate', {
      prompt,
      steps: 'x',
    });
    expect([status, wrong.valid, wrong.errors[0]?.code]).toEqual([200, false, 'VALIDATION_ERROR']);
  });

  test('logs hold neither prompts nor keys', async () => {
    const canary = uniquePrompt('canary').replaceAll(' ', '');
    const words = ['', ' sim:error-422', ' sim:truncated-image', ' sim:fail', ' sim:reset', ' sim:corrupt-json'];
    const routes = ['flux/advanced', 'replicate/generate', 'openai/generate'];
    await Promise.all(
      words.flatMap((word) =>
        routes.map((route) => generate(door, route, { prompt: `${canary}${word}`, negative_prompt: `not ${canary}` })),
      ),
    );
    await door.post('/api:v2/smart/generate', { prompt: canary, steps: 'x', metadata: { note: canary } });
    await door.post('/api:v2/smart/generate', `{"prompt":"${canary}`);
    await callProcedure(door, 'smart.generate', { prompt: canary, steps: 0 });
    await openDoor(gatewayUrl, `ig_live_x_${canary.padEnd(40, 'x')}`).get('/api:v2/status/check?request_id=x');

    const folder = join(dataDir, 'logs');
    const names = (await readdir(folder)).filter((name) => name.endsWith('.log'));
    expect(names).toEqual(expect.arrayContaining(['fal.log', 'gateway.log', 'openai.log', 'replicate.log']));
    for (const name of names.filter((each) => each !== 'simulator.log')) {
      const text = await readFile(join(folder, name), 'utf8');
      const leaks = text.split('\n').filter((line) => line.includes(canary) || /ig_dev_user|signature=|Bearer \w/.test(line));
      expect([name, leaks]).toEqual([name, []]);
    }
  });
});

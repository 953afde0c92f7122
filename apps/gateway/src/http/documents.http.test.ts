import { createConfig, lintFromString } from '@redocly/openapi-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningGateways, startTestGateways } from './running-gateway.fixture.ts';

type Body = { content: Record<string, { example?: unknown; examples?: unknown; schema: object }> };
type Operation = {
  operationId: string;
  tags: string[];
  requestBody?: Body;
  responses: Record<string, { content?: object; headers?: object }>;
};
type Document = {
  openapi: string;
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
};

let gateways: RunningGateways;
let text: string;
let document: Document;
let operations: { name: string; operation: Operation }[];

beforeAll(async () => {
  gateways = await startTestGateways({ LEGACY_PATHS: '{"some/old-path":"flux-juggernaut"}', CORS_ORIGINS: 'https://pages.example.com' });
  text = await (await fetch(`${gateways.urls[0]}/openapi.json`)).text();
  document = JSON.parse(text);
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
  );
});
afterAll(() => gateways[Symbol.asyncDispose]());

describe('the document', () => {
  test('is valid OpenAPI 3.1 without a warning', async () => {
    const config = await createConfig({
      extends: ['recommended'],
      rules: {
        // Whose it is and on what terms is not for the document of a running gateway to say.
        'info-license': 'off',
        'no-invalid-schema-examples': 'error',
        'operation-operationId-unique': 'error',
      },
    });
    const problems = await lintFromString({ source: text, absoluteRef: '/openapi.json', config });
    const lines = problems.map(({ severity, ruleId, message, location }) => `${severity} ${ruleId} ${location[0]?.pointer}: ${message}`);
    // These answer everybody, always: there is nothing that a caller could do wrong.
    const faultless = lines.filter((line) => line.startsWith('warn operation-4xx-response'));
    expect(faultless.map((line) => /paths\/~1(\w+)/.exec(line)?.[1])).toEqual(['healthz', 'readyz', 'metrics']);
    expect(lines.filter((line) => !faultless.includes(line))).toEqual([]);
    expect(document.openapi).toBe('3.1.0');
  });

  test.each([
    'POST /api:v2/smart/generate',
    'DELETE /api:v2/data/history/{id}',
    'POST /api/image/generate',
    'POST /api:_WUcacrv/image/generate',
    'GET /api/generations/subscribe',
    'POST /api:_WUcacrv/gpt-image/edit',
    'POST /api:_WUcacrv/some/old-path',
    'GET /api:f0PVlTz_/status_check',
    'POST /v1/images/generations',
    'POST /api/tickets',
    'GET /api:v2/admin/keys',
    'GET /images/{name}/thumb',
    'GET /readyz',
    'POST /webhooks/fal/{token}',
    'POST /webhooks/replicate/{token}',
  ])('has %s', (name) => {
    expect(operations.map((operation) => operation.name)).toContain(name);
  });

  test('describes every tag', () => {
    const used = new Set(operations.flatMap(({ operation }) => operation.tags));
    expect(document.tags.map(({ name }) => name).toSorted()).toEqual([...used].toSorted());
    for (const { description } of document.tags) expect(description).not.toBe('');
  });

  test('says which headers come with which answer', () => {
    const namesOf = (path: string, method: string, status: string) =>
      Object.keys(operations.find(({ name }) => name === `${method} ${path}`)?.operation.responses[status]?.headers ?? {});
    const counted = ['x-request-id', 'ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'];
    expect(namesOf('/api:v2/smart/generate', 'POST', '202')).toEqual([...counted, 'idempotent-replayed']);
    expect(namesOf('/api:v2/smart/generate', 'POST', '429')).toEqual([...counted, 'retry-after']);
    expect(namesOf('/api:v2/smart/generate', 'POST', '401')).toEqual(['x-request-id']);
    expect(namesOf('/api:v2/status/check', 'GET', '304')).toEqual([...counted, 'etag']);
    expect(namesOf('/api:_WUcacrv/gpt-image', 'POST', '200')).toEqual([...counted, 'idempotent-replayed', 'deprecation', 'sunset', 'link']);
    expect(namesOf('/readyz', 'GET', '503')).toEqual(['x-request-id']);
  });

  test('shows a body to try for everything that makes pictures', () => {
    const making = operations.filter(({ operation }) => '402' in operation.responses && operation.requestBody);
    expect(making.length).toBeGreaterThan(30);
    const without = making.filter(({ name, operation }) => {
      const json = operation.requestBody?.content['application/json'];
      return !json?.example && !json?.examples && !name.endsWith('/retry');
    });
    expect(without.map(({ name }) => name)).toEqual([]);
  });

  test('says every shape that routes share once', () => {
    expect(Object.keys(document.components.schemas)).toEqual(
      expect.arrayContaining([
        'Error',
        'LegacyError',
        'OpenAiError',
        'Accepted',
        'Generation',
        'CanonicalInput',
        'Preset',
        'Lora',
        'Image',
      ]),
    );
    const reference = (schema: string) => ({ content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } } });
    const { responses } = document.paths['/api:v2/smart/generate']?.post ?? {};
    expect(responses).toMatchObject({ 202: reference('Accepted'), 400: reference('Error'), 429: reference('Error') });
  });
});

describe('the explorer', () => {
  test('loads everything from this origin, and its policy permits nothing else', async () => {
    const page = await fetch(`${gateways.urls[0]}/docs`);
    const html = await page.text();
    expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
    expect(html).not.toMatch(/(https?:)?\/\/[a-z0-9-]+\./i);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("script-src 'self' 'unsafe-inline'");
    expect(policy).not.toMatch(/https?:/);
    const references = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, reference]) => reference ?? '');
    expect(references).toEqual(['js/scalar.js']);
    for (const reference of [...references, '/openapi.json']) {
      const loaded = await fetch(new URL(reference, page.url));
      expect([reference, loaded.status, (await loaded.text()).length > 1_000]).toEqual([reference, 200, true]);
    }
  });
});

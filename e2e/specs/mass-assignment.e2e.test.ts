import type { GenerationOutput } from '@imagegen/client/procedure-types';
import { beforeAll, describe, expect, test } from 'vitest';
import { newUser, type User } from '../src/access/possessions.ts';
import { procedures } from '../src/access/procedures.ts';
import { databaseColumns } from '../src/database-columns.ts';
import { uniquePrompt, untilEnded } from '../src/generate.ts';
import { type ErrorAnswer, openDoor } from '../src/http-door.ts';
import { callProcedure } from '../src/procedure.ts';
import { sharedSystem } from '../src/shared-system.ts';

const { gatewayUrl } = sharedSystem;
const columns = databaseColumns();
const forged = 'forged-value';

/** What the canonical input itself calls by the same name as a column; not forged here. */
const inputNames = ['seed', 'loras', 'engine', 'metadata', 'webhook_url'];
const endpointNames = ['url', 'description', 'events', 'enabled'];
const presetNames = ['name', 'description', 'provider', 'settings', 'loras', 'tags', 'thumbnail_url', 'is_public'];

let owner: User;
beforeAll(async () => {
  owner = await newUser(gatewayUrl);
});

test('all columns are known here', () => {
  expect(columns.length).toBeGreaterThan(70);
  expect(columns).toEqual(
    expect.arrayContaining(['user_id', 'status', 'credits_used', 'lease_owner', 'callback_token', 'key_hash', 'role']),
  );
});

/** A value for every column but these, in parts: an answer lists at most forty fields that it leaves aside. */
function forgeries(known: readonly string[]): Record<string, string>[] {
  const names = columns.filter((name) => !known.includes(name));
  const parts = Array.from({ length: Math.ceil(names.length / 40) }, (_, index) => names.slice(index * 40, index * 40 + 40));
  return parts.map((part) => Object.fromEntries(part.map((name) => [name, forged])));
}

type Refusal = { status: number; fields: unknown };
type Strict = [string, string[], object, (body: object) => Promise<Refusal>];

const rest =
  (path: string) =>
  async (body: object): Promise<Refusal> => {
    const answer = await owner.door.post<ErrorAnswer & { x_gateway?: ErrorAnswer['error'] }>(path, body);
    return { status: answer.status, fields: (answer.body.x_gateway ?? answer.body.error).details?.fields };
  };
const procedure =
  (path: string) =>
  async (body: object): Promise<Refusal> => {
    const answer = await callProcedure(owner.door, path, body);
    return { status: answer.status, fields: answer.body.error?.data.error.details?.fields };
  };
const asAdmin = async (body: object): Promise<Refusal> => {
  const answer = await openDoor(gatewayUrl, 'ig_dev_admin').post<ErrorAnswer>('/api:v2/admin/keys', body);
  return { status: answer.status, fields: answer.body.error?.details?.fields };
};

const procedureAsAdmin = async (body: object): Promise<Refusal> => {
  const answer = await callProcedure(openDoor(gatewayUrl, 'ig_dev_admin'), 'admin.credits.grant', body);
  return { status: answer.status, fields: answer.body.error?.data.error.details?.fields };
};

const picture = { prompt: 'a forged lighthouse' };
const preset = { name: 'a forged preset' };
const strictDoors: Strict[] = [
  ...[
    'flux/standard',
    'flux/advanced',
    'flux/juggernaut',
    'replicate/generate',
    'openai/generate',
    'openai/edit',
    'smart/generate',
    'utils/estimate',
  ].map((path): Strict => [`/api:v2/${path}`, inputNames, picture, rest(`/api:v2/${path}`)]),
  ...['smart.generate', 'flux.standard', 'utils.estimate'].map((path): Strict => [path, inputNames, picture, procedure(path)]),
  ['/api:v2/data/presets', presetNames, preset, rest('/api:v2/data/presets')],
  ['data.presets.create', presetNames, preset, procedure('data.presets.create')],
  ['data.presets.update', ['id', ...presetNames], { id: 1 }, procedure('data.presets.update')],
  ['data.presets.fromGeneration', ['generation_id', 'request_id', ...presetNames], preset, procedure('data.presets.fromGeneration')],
  ['generations.favorite', ['id'], { id: 'req_x' }, procedure('generations.favorite')],
  ['generations.retry', ['id'], { id: 'req_x' }, procedure('generations.retry')],
  ['keys.create', ['name', 'scopes'], { name: 'forged' }, procedure('keys.create')],
  ['/api:v2/admin/keys', ['name', 'scopes', 'role', 'user_id'], { user: 'forged' }, asAdmin],
  ['webhooks.create', endpointNames, { url: 'https://hooks.example.com/forged' }, procedure('webhooks.create')],
  ['webhooks.update', ['id', ...endpointNames], { id: 'whe_x' }, procedure('webhooks.update')],
  [
    'admin.credits.grant',
    ['user_id', 'idempotency_key', 'note'],
    { user: 'forged', amount: 1, idempotency_key: 'forged' },
    procedureAsAdmin,
  ],
  ['/v1/images/generations', [], picture, rest('/v1/images/generations')],
];

describe.concurrent('a strict door', () => {
  test.each(strictDoors)('%s refuses every column by name', async (_, known, body, send) => {
    for (const extra of forgeries(known)) {
      const { status, fields } = await send({ ...body, ...extra });
      expect([status, fields]).toEqual([400, expect.any(Array)]);
      expect((fields as { path: string }[]).map(({ path }) => path).toSorted()).toEqual(Object.keys(extra).toSorted());
    }
  });
});

type Adjustments = GenerationOutput['adjustments'];
type LooseAnswer = { request_id: string; adjustments?: Adjustments; metadata?: { adjustments: Adjustments } };

describe.concurrent('a lenient door', () => {
  test.each([
    '/api/image/generate',
    '/api/providers/flux-general',
    '/api:_WUcacrv/fal-ai/flux-lora',
    '/api:_WUcacrv/generate-image',
    '/api:f0PVlTz_/smart_generate',
    '/api:f0PVlTz_/flux_standard_v2',
  ])('%s ignores every column, says so, and no column is written', async (path) => {
    for (const extra of forgeries([...inputNames, 'settings', 'options'])) {
      const prompt = uniquePrompt(owner.canary);
      const { status, body } = await owner.door.post<LooseAnswer>(path, { prompt, ...extra });
      expect([status, status < 300 ? '' : body]).toEqual([expect.any(Number), '']);
      const ignored = (body.adjustments ?? body.metadata?.adjustments ?? []).map(({ parameter, kind }) => `${kind} ${parameter}`);
      expect(Object.keys(extra).filter((name) => !ignored.includes(`dropped ${name}`))).toEqual([]);
      const { adjustments: _, ...ended } = await untilEnded(owner.door, body.request_id);
      expect(ended).toMatchObject({ status: 'completed', prompt, is_favorite: false });
      expect(JSON.stringify(ended)).not.toContain(forged);
    }
  });

  test.each(['/api/presets/save', '/api:_WUcacrv/presets/save'])('%s ignores every column', async (path) => {
    for (const extra of forgeries(presetNames)) {
      const { status, body } = await owner.door.post<object>(path, { name: owner.canary, ...extra });
      expect([status, body]).toEqual([201, expect.objectContaining({ id: expect.any(Number), usage_count: 0 })]);
      expect(JSON.stringify(body)).not.toContain(forged);
    }
  });

  test('favourite and retry ignore every column', async () => {
    for (const action of ['favorite', 'retry']) {
      const extra = Object.assign({}, ...forgeries([]));
      const { status, body } = await owner.door.post<GenerationOutput>(`/api/generations/${owner.has.generation}/${action}`, extra);
      expect([action, status]).toEqual([action, action === 'retry' ? 202 : 200]);
      expect(JSON.stringify(body)).not.toContain(forged);
    }
  });
});

test('every procedure that writes is asked, or takes nothing but an id', () => {
  const asked = new Set(strictDoors.map(([name]) => name));
  const alike = /^(flux|replicate|openai|smart)\./;
  const byIdAlone = [
    'generations.cancel',
    'data.delete',
    'data.presets.delete',
    'data.presets.apply',
    'keys.revoke',
    'admin.keys.revoke',
    'tickets.create',
    'webhooks.delete',
    'webhooks.rotate',
    'webhooks.test',
    'webhooks.redeliver',
    'admin.operations.retry',
    'admin.operations.cancel',
  ];
  const asRest = ['admin.keys.create'];
  const writing = procedures.filter(({ type }) => type === 'mutation');
  const left = writing
    .map(({ name }) => name)
    .filter((name) => !asked.has(name) && !alike.test(name) && ![...byIdAlone, ...asRest].includes(name));
  expect(left).toEqual([]);
});

import { beforeAll, describe, expect, test } from 'vitest';
import { type CallAnswer, send } from '../src/access/call.ts';
import { make, newUser, type User } from '../src/access/possessions.ts';
import { procedureRows } from '../src/access/procedure-rows.ts';
import { procedures } from '../src/access/procedures.ts';
import { routeRows } from '../src/access/route-rows.ts';
import { malformedIds, type Row } from '../src/access/row.ts';
import { uniquePrompt } from '../src/generate.ts';
import { type HttpDoor, openDoor } from '../src/http-door.ts';
import { openEvents, subscribeOverSocket } from '../src/live-events.ts';
import { fetchDocument, type OpenApiDocument } from '../src/openapi-document.ts';
import { sharedSystem } from '../src/shared-system.ts';

const { gatewayUrl } = sharedSystem;
const nobody = openDoor(gatewayUrl, '');
const admin = openDoor(gatewayUrl, 'ig_dev_admin');
const rows = [...routeRows, ...procedureRows];

let document: OpenApiDocument;
let owner: User;
let other: User;

beforeAll(async () => {
  [document, owner, other] = await Promise.all([fetchDocument(gatewayUrl), newUser(gatewayUrl), newUser(gatewayUrl)]);
});

test('every route and every procedure has one row', () => {
  expect(routeRows.map(({ name }) => name).toSorted()).toEqual(document.names.toSorted());
  expect(procedureRows.map(({ name }) => name).toSorted()).toEqual(procedures.map(({ name }) => name).toSorted());
});

type Cell = { as: string; door: HttpDoor; id: string; status: number; secrets: string[] };

async function expectCell(row: Row, { as, door, id, status, secrets }: Cell): Promise<void> {
  const answer = await row.call(door, id);
  expect([as, answer.status, answer.status === status ? '' : answer.text.slice(0, 300)]).toEqual([as, status, '']);
  for (const secret of secrets) expect(answer.text.includes(secret), `${row.name} shows ${secret} as ${as}`).toBe(false);
  expectDocumented(row, answer);
}

function expectDocumented({ name }: Row, { status, text, isJson }: CallAnswer): void {
  if (!name.includes(' ') || !isJson) return;
  expect(document.problemOf(name, { status, body: JSON.parse(text) })).toBeNull();
}

/** The cells of a row for everybody but the owner. */
function strangers(row: Row): Cell[] {
  const { of: kind, who, own, malformed = 400, malformedFirst } = row;
  const ids = kind ? { foreign: owner.has[kind], deleted: owner.deleted[kind], malformed: malformedIds[kind] } : { no: '' };
  return Object.entries(ids).flatMap(([which, id]): Cell[] => {
    const allowed = kind === undefined ? own : which === 'malformed' ? malformed : 404;
    const refused = which === 'malformed' && malformedFirst ? malformed : 401;
    const secrets = [...owner.secrets, ...(who === 'admins' ? [] : other.secrets)];
    const asAdmin: Cell = { as: `an admin, ${which} id`, door: admin, id, status: allowed, secrets: who === 'admins' ? [] : secrets };
    return [
      { as: `nobody, ${which} id`, door: nobody, id, status: who === 'everybody' ? own : refused, secrets },
      { as: `another user, ${which} id`, door: other.door, id, status: who === 'admins' ? 403 : allowed, secrets: owner.secrets },
      ...(who === 'admins' && kind && which !== 'malformed' ? [] : [asAdmin]),
    ];
  });
}

describe('nobody else', () => {
  let before: unknown;
  const look = async () => {
    const [generation, preset] = await Promise.all([
      owner.door.get<object>(`/api/generations/${owner.has.generation}`),
      owner.door.get<object>(`/api:v2/data/presets/${owner.has.preset}`),
    ]);
    return JSON.parse(JSON.stringify([generation.body, preset.body]).replaceAll(/(expires|signature)=[\w-]+/g, ''));
  };

  beforeAll(async () => {
    before = await look();
  });

  test.concurrent.each(rows)('gets what is its owner’s at $name', async (row) => {
    for (const cell of strangers(row)) await expectCell(row, cell);
  });

  test('has changed anything, or been counted among the others', async () => {
    expect(await look()).toEqual(before);
    for (const { door, canary } of [owner, other]) {
      const history = await door.get<{ total: number; items: { prompt: string }[] }>('/api:v2/data/history');
      expect([history.body.total, history.body.items.every(({ prompt }) => prompt.includes(canary))]).toEqual([1, true]);
      const widened = await door.get<{ total: number }>(`/api:v2/data/history?search=canary&favorite=false&per_page=100`);
      expect(widened.body.total).toBe(1);
      const generations = async () =>
        (await door.get<{ scope: string; totals: { generations: number } }>('/api:v2/data/analytics?scope=own')).body;
      await expect.poll(generations, { timeout: 15_000, interval: 200 }).toMatchObject({ scope: 'own', totals: { generations: 2 } });
      const all = await door.get<{ scope?: string }>('/api:v2/data/analytics?scope=all');
      expect(all.status === 403 || all.body.scope === 'own').toBe(true);
    }
  });
});

describe('another user', () => {
  const nothing = (text: string) => owner.secrets.filter((secret) => text.includes(secret));

  test('hears no event over a WebSocket, nor among their own', async () => {
    for (const ids of [[owner.has.generation], [other.has.generation, owner.has.generation]]) {
      const { messages, code } = await subscribeOverSocket(other.door, { request_ids: ids });
      expect([code, messages.map(({ type }) => type), nothing(JSON.stringify(messages))]).toEqual([1008, ['error'], []]);
      expect((await openEvents(other.door, ids)).status).toBe(404);
    }
  });

  test('gets nothing by a ticket of their own', async () => {
    for (const path of [`/images/${owner.has.image}?`, `/api/generations/subscribe?request_ids=${owner.has.generation}&`]) {
      const { body } = await other.door.post<{ ticket: string }>('/api/tickets', {});
      expect((await nobody.get(`${path}ticket=${body.ticket}`)).status).toBe(404);
    }
  });

  test('sees their own rows, wherever a cursor, a search or an id comes from', async () => {
    await make(owner.door, 'generation', owner.canary);
    const { body } = await owner.door.get<{ next_cursor: string }>('/api:v2/data/history?per_page=1');
    expect(body.next_cursor).toEqual(expect.any(String));
    for (const query of [
      `cursor=${encodeURIComponent(body.next_cursor)}`,
      `search=${owner.canary}`,
      'page=2',
      'per_page=100&favorite=true',
      'lora_ids=309',
      'status=completed&provider=fal',
    ]) {
      const { status, text } = await send(other.door, { method: 'GET', path: `/api:v2/data/history?${query}` });
      expect([query, status, nothing(text)]).toEqual([query, 200, []]);
    }
    const presets = await send(other.door, { method: 'GET', path: `/api:v2/data/presets?search=${owner.canary}` });
    expect([presets.status, JSON.parse(presets.text).total, nothing(presets.text)]).toEqual([200, 0, []]);
    const repeated = { prompt: 'a fox', idempotency_key: uniquePrompt('key') };
    const first = await owner.door.post<{ request_id: string }>('/api:v2/flux/standard', repeated);
    const second = await other.door.post<{ request_id: string }>('/api:v2/flux/standard', repeated);
    expect([first.status, second.status, second.headers.get('idempotent-replayed')]).toEqual([202, 202, null]);
    expect(second.body.request_id).not.toBe(first.body.request_id);
  });
});

describe('the owner', () => {
  test.concurrent.each(rows.filter(({ who }) => who !== 'admins'))('gets their own at $name', async (row) => {
    const { of: kind, own, takesAway, malformed = 400, deleted = 404 } = row;
    const cell = (which: string, id: string, status: number): Cell => ({
      as: `the owner, ${which} id`,
      door: owner.door,
      id,
      status,
      secrets: other.secrets,
    });
    if (!kind) return expectCell(row, cell('no', '', own));
    await expectCell(row, cell('malformed', malformedIds[kind], malformed));
    await expectCell(row, cell('deleted', owner.deleted[kind], deleted));
    await expectCell(row, cell('own', takesAway ? await make(owner.door, kind, owner.canary) : owner.has[kind], own));
  });

  test.concurrent.each(rows.filter(({ who, of }) => who === 'admins' && of))('may not do $name; an admin may', async (row) => {
    const id = await make(owner.door, row.of ?? 'key', owner.canary);
    await expectCell(row, { as: 'the owner', door: owner.door, id, status: 403, secrets: other.secrets });
    await expectCell(row, { as: 'an admin', door: admin, id, status: row.own, secrets: [] });
  });
});

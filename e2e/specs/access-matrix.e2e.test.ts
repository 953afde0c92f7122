import { beforeAll, describe, expect, test } from 'vitest';
import type { CallAnswer } from '../src/access/call.ts';
import { make, newUser, type User } from '../src/access/possessions.ts';
import { procedureRows } from '../src/access/procedure-rows.ts';
import { procedures } from '../src/access/procedures.ts';
import { routeRows } from '../src/access/route-rows.ts';
import { malformedIds, type Row } from '../src/access/row.ts';
import { type HttpDoor, openDoor } from '../src/http-door.ts';
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

  test('(before)', async () => {
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

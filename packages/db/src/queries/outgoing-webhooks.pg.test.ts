import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMigratedDatabase, type MigratedDatabase } from '../migrated-database.ts';
import { aClaimedGeneration, aUser } from '../new-generation.fixture.ts';
import type { Database } from '../open-database.ts';
import { addDeliveries } from './add-deliveries.ts';
import {
  addTestDelivery,
  type ClaimedDelivery,
  claimDeliveries,
  recordDelivery,
  releaseDelivery,
  type Verdict,
} from './claim-deliveries.ts';
import { appendEvent } from './events.ts';
import { anEndedGeneration, anEndpoint, testSecret } from './outgoing-webhooks.fixture.ts';
import { rollUpOutcomes } from './roll-up-outcomes.ts';
import { deliverAgain, listDeliveries, pruneDeliveries } from './webhook-deliveries.ts';
import {
  ensureDefaultSecret,
  findEndpoint,
  listFailingEndpoints,
  rotateDefaultSecret,
  rotateEndpointSecret,
  updateEndpoint,
} from './webhook-endpoints.ts';

let database: MigratedDatabase;
let db: Database;
let userId: number;
let otherId: number;

beforeAll(async () => {
  database = await createMigratedDatabase(12);
  db = database.db;
  [userId, otherId] = [await aUser(db), await aUser(db, 'test:other')];
});
beforeEach(() => sql`truncate generation_history_v2, generation_outcomes, webhook_endpoints, outbox cascade`.execute(db));
afterAll(() => database[Symbol.asyncDispose]());

const share = { limit: 100, perEndpoint: 4, perUser: 16, leaseMs: 60_000 };
const attempt = { at: '2026-11-20T12:00:00.000Z', status: 200, duration_ms: 12, error: null };
const day = 24 * 3_600_000;
const all = (of = userId) => listDeliveries(db, { userId: of }, { before: null, limit: 1_000 });
const record = (delivery: ClaimedDelivery, verdict: Partial<Verdict>) =>
  recordDelivery(db, delivery, {
    attempt,
    verdict: { status: 'delivered', retryInMs: 0, gone: false, ofEndpoint: true, ...verdict },
    giveUpMs: 3 * day,
  });
const rest = (endpointId: string) => sql`update webhook_endpoints set resume_at = now() where id = ${endpointId}`.execute(db);

async function claimOne(): Promise<ClaimedDelivery> {
  const [delivery] = await claimDeliveries(db, share);
  if (!delivery) throw new Error('nothing was due');
  return delivery;
}

describe('what is delivered', () => {
  it('is one delivery per event and endpoint, whoever adds them and however often', async () => {
    await anEndpoint(db, userId);
    await anEndpoint(db, userId);
    const ids = await Promise.all(Array.from({ length: 10 }, () => anEndedGeneration(db, userId)));
    await Promise.all([addDeliveries(db, ids), rollUpOutcomes(db, 100), addDeliveries(db, ids.toReversed()), addDeliveries(db, ids)]);
    const deliveries = await all();
    expect(deliveries).toHaveLength(20);
    expect(new Set(deliveries.map(({ delivery_id }) => delivery_id)).size).toBe(20);
    expect(new Set(deliveries.map(({ type, seq }) => `${type} ${seq}`))).toEqual(new Set(['generation.failed 2']));
  });

  it('comes from what every end leaves behind, should nobody else add it', async () => {
    await anEndpoint(db, userId);
    await anEndedGeneration(db, userId);
    expect(await all()).toEqual([]);
    await rollUpOutcomes(db, 100);
    expect(await all()).toHaveLength(1);
  });

  it('is nothing for others, for ends not asked for, for disabled endpoints and for what was before', async () => {
    const earlier = await anEndedGeneration(db, userId);
    await anEndpoint(db, otherId);
    await anEndpoint(db, userId, { events: ['generation.completed'] });
    await anEndpoint(db, userId, { enabled: false });
    expect(await addDeliveries(db, [await anEndedGeneration(db, userId)])).toBe(0);
    await anEndpoint(db, userId);
    expect(await addDeliveries(db, [earlier])).toBe(0);
  });

  it('is every event that was asked for, each once, with its place in the log', async () => {
    await anEndpoint(db, userId, { events: ['generation.accepted', 'generation.progressed'] });
    const { generation_id: generationId, lease_epoch: epoch } = await aClaimedGeneration(db, userId);
    await addDeliveries(db, [generationId]);
    await appendEvent(db, { generationId, epoch }, { type: 'progressed', progress: 10, queuePosition: null });
    await appendEvent(db, { generationId, epoch }, { type: 'progressed', progress: 20, queuePosition: null });
    await addDeliveries(db, [generationId]);
    expect((await all()).map(({ type, seq }) => [type, seq]).toReversed()).toEqual([
      ['generation.accepted', 1],
      ['generation.progressed', 2],
      ['generation.progressed', 3],
    ]);
  });

  it('goes to the URL of the request, through one endpoint for its origin', async () => {
    const urls = ['https://a.example/1', 'https://a.example/2?x=1', 'https://b.example:8443/1'];
    const ids = await Promise.all(urls.map((webhook_url) => anEndedGeneration(db, userId, { webhook_url })));
    await Promise.all([addDeliveries(db, ids), addDeliveries(db, ids)]);
    const claimed = await claimDeliveries(db, share);
    expect(claimed.map(({ url }) => url).toSorted()).toEqual(urls);
    expect(new Set(claimed.map(({ endpoint_id }) => endpoint_id)).size).toBe(2);
    expect(claimed.map(({ secret }) => secret)).toEqual([null, null, null]);
  });

  it('goes once to a URL that is both registered and named, with the secret of the endpoint', async () => {
    const url = 'https://a.example/hook';
    await anEndedGeneration(db, userId, { webhook_url: url }).then((id) => addDeliveries(db, [id]));
    await anEndpoint(db, userId, { url, events: [] });
    await anEndedGeneration(db, userId, { webhook_url: url }).then((id) => addDeliveries(db, [id]));
    await anEndpoint(db, otherId, { url });
    expect((await all()).map(({ url: own }) => own)).toEqual([null, url]);
    expect((await claimDeliveries(db, share)).map(({ secret }) => secret).toSorted()).toEqual([null, testSecret]);
  });
});

describe('who delivers it', () => {
  const endedFor = async (endpoints: number, generations: number, of = userId) => {
    for (let index = 0; index < endpoints; index += 1) await anEndpoint(db, of);
    await addDeliveries(db, await Promise.all(Array.from({ length: generations }, () => anEndedGeneration(db, of))));
  };

  it('is one replica alone, and each has its share of every endpoint', async () => {
    await endedFor(2, 6);
    await endedFor(1, 1, otherId);
    const claimed = (await Promise.all(Array.from({ length: 5 }, () => claimDeliveries(db, share)))).flat();
    expect(new Set(claimed.map(({ id }) => id)).size).toBe(claimed.length);
    const all = [...claimed, ...(await claimDeliveries(db, share))];
    expect(all).toHaveLength(9);
    expect(await claimDeliveries(db, share)).toEqual([]);
    expect(all.filter(({ user_id }) => user_id === otherId)).toHaveLength(1);
  });

  it('takes no more of one user than their share', async () => {
    await endedFor(4, 4);
    await endedFor(1, 2, otherId);
    const claimed = await claimDeliveries(db, { ...share, perUser: 5 });
    expect(claimed.filter(({ user_id }) => user_id === userId)).toHaveLength(5);
    expect(claimed.filter(({ user_id }) => user_id === otherId)).toHaveLength(2);
    expect(await claimDeliveries(db, { ...share, perUser: 5 })).toEqual([]);
  });

  it('is the next one when the first dies, whose word then counts no more', async () => {
    await endedFor(1, 1);
    const first = await claimOne();
    await sql`update webhook_deliveries set lease_until = now() - interval '1 second'`.execute(db);
    const second = await claimOne();
    expect([second.delivery_id, second.claim]).toEqual([first.delivery_id, first.claim + 1]);
    expect(await record(first, {})).toBeNull();
    expect(await record(second, {})).toEqual({ disabled: false });
    expect(await all()).toMatchObject([{ status: 'delivered', attempts: [attempt] }]);
  });

  it('may give it back untried', async () => {
    await endedFor(1, 1);
    const delivery = await claimOne();
    await releaseDelivery(db, delivery);
    expect(await claimOne()).toMatchObject({ id: delivery.id, tries: 0 });
  });

  it('leaves a failing endpoint alone for a while, and then tries it with one', async () => {
    await endedFor(1, 6);
    const claimed = await claimDeliveries(db, share);
    for (const delivery of claimed) await record(delivery, { status: 'pending', retryInMs: 3_600_000 });
    expect(await claimDeliveries(db, share)).toEqual([]);
    await rest(claimed[0]?.endpoint_id ?? '');
    const [probe, ...others] = await claimDeliveries(db, share);
    expect([probe?.tries, others]).toEqual([0, []]);
    if (probe) await record(probe, {});
    expect(await claimDeliveries(db, share)).toHaveLength(1);
  });
});

describe('an endpoint', () => {
  const failed = { status: 'pending', retryInMs: 0 } as const;
  const aDelivery = async (endpointId: string) => {
    await addDeliveries(db, [await anEndedGeneration(db, userId)]);
    await rest(endpointId);
    return claimOne();
  };

  it('that answers 410 is disabled; what waits for it is sent once it is enabled', async () => {
    const id = await anEndpoint(db, userId);
    expect(await record(await aDelivery(id), { ...failed, gone: true })).toEqual({ disabled: true });
    expect(await findEndpoint(db, userId, id)).toMatchObject({ disabled_reason: 'gone' });
    expect(await claimDeliveries(db, share)).toEqual([]);
    await updateEndpoint(db, userId, { id, enabled: true });
    expect(await claimDeliveries(db, share)).toHaveLength(1);
  });

  it('is disabled after days of nothing but failures, and not before', async () => {
    const id = await anEndpoint(db, userId);
    const delivery = await aDelivery(id);
    expect(await record(delivery, failed)).toEqual({ disabled: false });
    await sql`update webhook_endpoints set failing_since = now() - interval '73 hours', resume_at = now()`.execute(db);
    expect(await listFailingEndpoints(db, 10)).toMatchObject([{ id, failures: 1, pending: 1, user_id: userId }]);
    expect(await record(await claimOne(), failed)).toEqual({ disabled: true });
    expect(await findEndpoint(db, userId, id)).toMatchObject({ disabled_reason: 'failing' });
  });

  it('that recovers in between is not', async () => {
    const id = await anEndpoint(db, userId);
    await record(await aDelivery(id), { ...failed, retryInMs: day });
    await record(await aDelivery(id), {});
    expect(await findEndpoint(db, userId, id)).toMatchObject({ failing_since: null, disabled_at: null });
  });

  it('says nothing by how it takes a sample', async () => {
    const id = await anEndpoint(db, userId);
    expect(await addTestDelivery(db, { userId: otherId, endpointId: id, leaseMs: 60_000 })).toBeNull();
    const sample = await addTestDelivery(db, { userId, endpointId: id, leaseMs: 60_000 });
    expect(sample).toMatchObject({ type: 'webhook.test', generation_id: null, secret: testSecret });
    if (sample) await record(sample, { status: 'failed', gone: true, ofEndpoint: false });
    expect(await findEndpoint(db, userId, id)).toMatchObject({ failing_since: null, disabled_at: null });
  });

  it('signs with the secret before as well, for a day after it was rotated', async () => {
    const id = await anEndpoint(db, userId);
    await rotateEndpointSecret(db, userId, { id, secret: 'whsec_new' });
    expect(await aDelivery(id)).toMatchObject({ secret: 'whsec_new', previous_secret: testSecret });
    await sql`update webhook_endpoints set previous_until = now() - interval '1 second'`.execute(db);
    expect(await aDelivery(id)).toMatchObject({ secret: 'whsec_new', previous_secret: null });
    expect(await rotateEndpointSecret(db, otherId, { id, secret: 'whsec_stolen' })).toBeNull();
  });

  it('shares the default secret of its user when nobody registered it', async () => {
    expect(await ensureDefaultSecret(db, userId, 'whsec_a')).toEqual({ secret: 'whsec_a', previous_secret: null });
    expect(await ensureDefaultSecret(db, userId, 'whsec_b')).toEqual({ secret: 'whsec_a', previous_secret: null });
    expect(await rotateDefaultSecret(db, userId, 'whsec_c')).toBeInstanceOf(Date);
    expect(await ensureDefaultSecret(db, userId, 'whsec_d')).toEqual({ secret: 'whsec_c', previous_secret: 'whsec_a' });
    expect(await rotateDefaultSecret(db, otherId, 'whsec_first')).toBeNull();
  });
});

describe('the log of deliveries', () => {
  it('keeps the last twenty attempts, and lets a delivery begin anew under its id', async () => {
    await anEndpoint(db, userId);
    await addDeliveries(db, [await anEndedGeneration(db, userId)]);
    for (let index = 0; index < 22; index += 1) {
      const delivery = await claimOne();
      expect(delivery.tries).toBe(0);
      await recordDelivery(db, delivery, {
        attempt: { ...attempt, duration_ms: index },
        verdict: { status: 'failed', retryInMs: 0, gone: false, ofEndpoint: true },
        giveUpMs: day,
      });
      await deliverAgain(db, delivery.delivery_id);
    }
    const [delivery] = await all();
    expect(delivery?.attempts.map(({ duration_ms }) => duration_ms)).toEqual(Array.from({ length: 20 }, (_, index) => index + 2));
  });

  it('is forgotten after a while, with origins that nothing is left for', async () => {
    const [kept, old] = [
      await anEndedGeneration(db, userId, { webhook_url: 'https://a.example/1' }),
      await anEndedGeneration(db, userId, { webhook_url: 'https://b.example/1' }),
    ];
    await addDeliveries(db, [kept, old]);
    await sql`update webhook_deliveries set created_at = now() - interval '31 days' where generation_id = ${old}`.execute(db);
    await sql`update webhook_endpoints set created_at = now() - interval '31 days'`.execute(db);
    expect(await pruneDeliveries(db, { keptDays: 30, limit: 100 })).toBe(1);
    expect((await all()).map(({ generation_id }) => generation_id)).toEqual([kept]);
    expect((await db.selectFrom('webhook_endpoints').select('url').execute()).map(({ url }) => url)).toEqual(['https://a.example']);
  });
});

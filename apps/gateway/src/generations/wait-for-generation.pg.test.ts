import { createMigratedDatabase, type MigratedDatabase } from '@imagegen/db/migrated-database';
import { aClaimedGeneration, aUser } from '@imagegen/db/new-generation.fixture';
import { finishGeneration, type GenerationEnd } from '@imagegen/db/queries/finish-generation';
import { Secret } from '@imagegen/runtime/secret';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventHub } from '../events/event-hub.ts';
import type { Principal } from '../identity/principal.ts';
import { ImageLinks } from './image-links.ts';
import { waitForGeneration } from './wait-for-generation.ts';

let database: MigratedDatabase;
let principal: Principal;
const events = new EventHub();
const links = new ImageLinks('http://pictures.example', new Secret('a secret'));
const context = () => ({ db: database.db, events, links });

beforeAll(async () => {
  database = await createMigratedDatabase();
  principal = { userId: await aUser(database.db), role: 'user', keyId: 'test', scopes: ['read', 'generate'] };
});
afterAll(() => database[Symbol.asyncDispose]());

const image = { sha256: 'b'.repeat(64), content_type: 'image/jpeg', width: 64, height: 64, bytes: 5, seed: 42, placeholder: 'p' };
const completed: GenerationEnd = { status: 'completed', images: [image], creditsUsed: 0.02, adjustments: [] };

async function endLater(end: GenerationEnd): Promise<string> {
  const { generation_id: generationId } = await aClaimedGeneration(database.db, principal.userId);
  setImmediate(async () => {
    const announcement = await finishGeneration(database.db, { generationId, epoch: 1 }, end, 'generation.event.test');
    if (announcement) events.announce({ generation_id: generationId, seq: announcement.seq });
  });
  return generationId;
}

describe('waiting for a generation', () => {
  it('ends with its pictures as soon as they are there', async () => {
    const output = await waitForGeneration(context(), principal, { id: await endLater(completed) });
    expect(output).toMatchObject({ status: 'completed', images: [{ width: 64 }], credits_used: 0.02 });
  });

  it('ends with the error of a failed one, and its ids', async () => {
    const id = await endLater({ status: 'failed', error: { code: 'CONTENT_REJECTED', message: 'no', details: { stage: 'input' } } });
    await expect(waitForGeneration(context(), principal, { id })).rejects.toMatchObject({
      code: 'CONTENT_REJECTED',
      message: 'no',
      details: { stage: 'input', generation_id: id, request_id: expect.stringMatching(/^req_/) },
    });
  });

  it('gives up after its time with the ids, while the generation goes on', async () => {
    const { generation_id: id, request_id } = await aClaimedGeneration(database.db, principal.userId);
    await expect(waitForGeneration(context(), principal, { id, timeoutMs: 50 })).rejects.toMatchObject({
      code: 'WAIT_TIMEOUT',
      details: { generation_id: id, request_id, poll_url: `/api:v2/status/check?request_id=${request_id}` },
    });
  });

  it("does not wait for somebody else's", async () => {
    const { generation_id: id } = await aClaimedGeneration(database.db, await aUser(database.db, 'test:else'));
    await expect(waitForGeneration(context(), principal, { id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

import { newId } from '@imagegen/runtime/ids';
import { aClaimedGeneration } from '../new-generation.fixture.ts';
import type { Executor } from '../open-database.ts';
import type { NewGeneration } from './accept-generations.ts';
import { finishGeneration } from './finish-generation.ts';
import { insertEndpoint, type NewEndpoint } from './webhook-endpoints.ts';

export const testSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** A registered endpoint that is told how generations end; its id. */
export async function anEndpoint(db: Executor, userId: number, changes: Partial<NewEndpoint> = {}): Promise<string> {
  const id = newId('whe');
  const row = await insertEndpoint(
    db,
    {
      id,
      userId,
      url: `https://example.com/${id}`,
      description: '',
      events: ['generation.completed', 'generation.failed'],
      enabled: true,
      secret: testSecret,
      ...changes,
    },
    100,
  );
  if (typeof row === 'string') throw new Error(row);
  return id;
}

/** A generation that has failed; its id. */
export async function anEndedGeneration(db: Executor, userId: number, changes: Partial<NewGeneration> = {}): Promise<string> {
  const { generation_id: generationId, lease_epoch: epoch } = await aClaimedGeneration(db, userId, changes);
  const error = { code: 'PROVIDER_ERROR', message: 'broken' };
  await finishGeneration(db, { generationId, epoch }, { status: 'failed', error }, 'generation.event.1.a');
  return generationId;
}

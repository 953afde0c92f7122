import { AppError } from '@imagegen/core/errors/app-error';
import { validationError } from '@imagegen/core/validation/validate';
import { addTestDelivery } from '@imagegen/db/queries/claim-deliveries';
import * as queries from '@imagegen/db/queries/webhook-deliveries';
import { findEndpoint } from '@imagegen/db/queries/webhook-endpoints';
import type * as z from 'zod';
import type { GatewayContext } from '../context.ts';
import type { Principal } from '../identity/principal.ts';
import { type Delivering, deliver, leaseMs } from './deliver.ts';
import type { deliveryListSchema, deliveryQuerySchema, deliverySchema } from './endpoint-schemas.ts';
import { endpointNotFound } from './manage-endpoints.ts';

const defaultPerPage = 20;

type Delivery = z.infer<typeof deliverySchema>;

/** Newest first. */
export async function listDeliveries(
  { db }: Pick<GatewayContext, 'db'>,
  { userId }: Principal,
  { endpoint_id: endpointId, generation_id: generationId, status, limit = defaultPerPage, cursor }: z.infer<typeof deliveryQuerySchema>,
): Promise<z.infer<typeof deliveryListSchema>> {
  const statuses = status === 'pending' ? (['pending', 'sending'] as const) : status && [status];
  const before = cursor === undefined ? null : decodeCursor(cursor);
  const rows = await queries.listDeliveries(db, { userId, endpointId, generationId, statuses }, { before, limit: limit + 1 });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { items: page.map(present), next_cursor: rows.length > limit && last ? encodeCursor(last.id) : null };
}

/** Sends a signed sample at once, and once, also to an endpoint that is disabled; what came of it. Throws NOT_FOUND. */
export async function testEndpoint(context: Delivering, { userId }: Principal, endpointId: string): Promise<Delivery> {
  const sample = await addTestDelivery(context.db, { userId, endpointId, leaseMs });
  if (!sample) throw endpointNotFound();
  await deliver(context, sample, new AbortController().signal);
  return findOrThrow(context, userId, sample.delivery_id);
}

/** Sends a delivery again, under the same id, whatever came of it before. Throws NOT_FOUND, and CONFLICT while its endpoint is disabled. */
export async function redeliver({ db }: Pick<GatewayContext, 'db'>, { userId }: Principal, id: string): Promise<Delivery> {
  const { endpoint_id } = await findOrThrow({ db }, userId, id);
  const endpoint = endpoint_id === null ? null : await findEndpoint(db, userId, endpoint_id);
  if (endpoint?.disabled_at) throw new AppError('CONFLICT', 'The endpoint is disabled; enable it first.');
  await queries.deliverAgain(db, id);
  return findOrThrow({ db }, userId, id);
}

async function findOrThrow({ db }: Pick<GatewayContext, 'db'>, userId: number, id: string): Promise<Delivery> {
  const row = await queries.findDelivery(db, userId, id);
  if (!row) throw new AppError('NOT_FOUND', 'Webhook delivery not found');
  return present(row);
}

function present({ delivery_id, endpoint_id, url, generation_id, seq, type, status, attempts, ...times }: queries.DeliveryRow): Delivery {
  const isOpen = status === 'pending' || status === 'sending';
  return {
    id: delivery_id,
    endpoint_id: url === null ? endpoint_id : null,
    url,
    generation_id,
    seq,
    type,
    status: isOpen ? 'pending' : status,
    attempts: attempts.map(({ at, status: answered, duration_ms, error }) => ({ at, status: answered, duration_ms, error })),
    next_attempt_at: isOpen ? times.next_attempt_at.toISOString() : null,
    created_at: times.created_at.toISOString(),
    finished_at: times.finished_at?.toISOString() ?? null,
  };
}

function encodeCursor(id: number): string {
  return Buffer.from(`delivery ${id}`).toString('base64url');
}

function decodeCursor(cursor: string): number {
  const [, id] = /^delivery (\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (id === undefined) throw validationError([{ path: 'cursor', message: 'must be the next_cursor of an earlier page' }]);
  return Number(id);
}

import { AppError } from '@imagegen/core/errors/app-error';
import { terminalWebhookEvents } from '@imagegen/core/webhooks/webhook-event';
import * as queries from '@imagegen/db/queries/webhook-endpoints';
import { newId } from '@imagegen/runtime/ids';
import type * as z from 'zod';
import type { GatewayContext } from '../context.ts';
import type { Principal } from '../identity/principal.ts';
import { checkTarget } from './check-target.ts';
import type {
  changedEndpointSchema,
  deletedEndpointSchema,
  endpointListSchema,
  endpointSchema,
  failingEndpointsSchema,
  newEndpointSchema,
  rotatedSecretSchema,
  rotationSchema,
  secretEndpointSchema,
} from './endpoint-schemas.ts';
import { newWebhookSecret } from './signature.ts';

const mostEndpoints = 20;
const mostListed = 200;

type Managing = Pick<GatewayContext, 'db' | 'config'>;

/** Throws CONFLICT for a URL that is registered already, and beyond the most a user may have. */
export async function createEndpoint(
  { db, config }: Managing,
  { userId }: Principal,
  { url, description = '', events = [...terminalWebhookEvents], enabled = true }: z.infer<typeof newEndpointSchema>,
): Promise<z.infer<typeof secretEndpointSchema>> {
  const secret = newWebhookSecret();
  const target = checkTarget(url, 'url', config.webhookTargets);
  const endpoint = { id: newId('whe'), userId, url: target, description, events: unique(events), enabled, secret };
  const row = await queries.insertEndpoint(db, endpoint, mostEndpoints);
  if (row === 'taken') throw alreadyThere();
  if (row === 'full') throw new AppError('CONFLICT', `A user has at most ${mostEndpoints} webhook endpoints; delete one first.`);
  return { ...present(row), secret };
}

/** Newest first. */
export async function listEndpoints({ db }: Managing, { userId }: Principal): Promise<z.infer<typeof endpointListSchema>> {
  return { endpoints: (await queries.listEndpoints(db, userId)).map(present) };
}

/** Throws NOT_FOUND, also for somebody else's. */
export async function updateEndpoint(
  { db, config }: Managing,
  { userId }: Principal,
  { url, events, ...rest }: z.infer<typeof changedEndpointSchema>,
): Promise<z.infer<typeof endpointSchema>> {
  const target = url === undefined ? undefined : checkTarget(url, 'url', config.webhookTargets);
  const row = await queries.updateEndpoint(db, userId, { ...rest, url: target, events: events && unique(events) });
  if (row === null) throw alreadyThere();
  if (!row) throw endpointNotFound();
  return present(row);
}

/** With its deliveries. Throws NOT_FOUND, also for somebody else's. */
export async function deleteEndpoint({ db }: Managing, { userId }: Principal, id: string): Promise<z.infer<typeof deletedEndpointSchema>> {
  if (!(await queries.deleteEndpoint(db, userId, id))) throw endpointNotFound();
  return { id, deleted: true };
}

/**
 * A new secret, of an endpoint, or without an id the default one, which signs what goes to URLs that requests name. The one before signs as
 * well for a day, so that receivers can be changed without a gap. Throws NOT_FOUND.
 */
export async function rotateSecret(
  { db }: Managing,
  { userId }: Principal,
  { id }: z.infer<typeof rotationSchema>,
): Promise<z.infer<typeof rotatedSecretSchema>> {
  const secret = newWebhookSecret();
  if (id === undefined) {
    const until = await queries.rotateDefaultSecret(db, userId, secret);
    return { id: null, secret, previous_secret_until: until?.toISOString() ?? null };
  }
  const until = await queries.rotateEndpointSecret(db, userId, { id, secret });
  if (!until) throw endpointNotFound();
  return { id, secret, previous_secret_until: until.toISOString() };
}

/** Of everybody, longest failing first; for admins. */
export async function listFailingEndpoints({ db }: Managing): Promise<z.infer<typeof failingEndpointsSchema>> {
  const rows = await queries.listFailingEndpoints(db, mostListed);
  return {
    endpoints: rows.map(({ id, user_id, subject, registered, url, failures, failing_since, disabled_reason, pending }) => ({
      id,
      user_id,
      user: subject,
      registered,
      host: new URL(url).host,
      failures,
      failing_since: failing_since?.toISOString() ?? null,
      disabled_reason,
      pending: pending ?? 0,
    })),
  };
}

export function endpointNotFound(): AppError {
  return new AppError('NOT_FOUND', 'Webhook endpoint not found');
}

function alreadyThere(): AppError {
  return new AppError('CONFLICT', 'This URL is registered already.');
}

function present({ id, url, description, events, disabled_reason, ...times }: queries.EndpointRow): z.infer<typeof endpointSchema> {
  return {
    id,
    url,
    description,
    events,
    enabled: disabled_reason === null,
    disabled_reason,
    failing_since: times.failing_since?.toISOString() ?? null,
    previous_secret_until: times.previous_until?.toISOString() ?? null,
    created_at: times.created_at.toISOString(),
    updated_at: times.updated_at.toISOString(),
  };
}

function unique<Item>(items: readonly Item[]): Item[] {
  return [...new Set(items)];
}

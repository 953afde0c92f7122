import { AppError } from '@imagegen/core/errors/app-error';
import { validationError } from '@imagegen/core/validation/validate';
import { ensureUser, findUser, insertKey, type ListedKey, listKeys, revokeKey } from '@imagegen/db/queries/identity';
import { newApiKey } from '@imagegen/runtime/api-key';
import * as z from 'zod';
import type { GatewayContext } from '../context.ts';
import { type Principal, type Role, type Scope, scopes } from './principal.ts';

const mostKeysPerUser = 100;
const mostListed = 500;

const name = z.string().trim().min(1).max(100).meta({ description: 'What the key is for' });
const scopeList = z.array(z.enum(scopes)).min(1).max(scopes.length);
export const keyIdSchema = z.strictObject({ id: z.string().min(1).max(64) });

export const ownKeySchema = z.strictObject({ name, scopes: scopeList.optional() });
export const keyForAnyoneSchema = z.strictObject({
  name: name.optional(),
  user: z.string().trim().min(1).max(100).optional().meta({ description: 'Name of a user who comes with keys; made when unknown' }),
  user_id: z.int().positive().optional().meta({ description: 'Any user who is already known' }),
  role: z.enum(['user', 'admin']).optional().meta({ description: 'Only with `user`; replaces the role it had' }),
  scopes: scopeList.optional(),
});
export const keyFilterSchema = z.strictObject({ user_id: z.coerce.number().int().positive().optional() });

const keySchema = z.object({
  id: z.string(),
  name: z.string(),
  user_id: z.number(),
  user: z.string(),
  role: z.enum(['user', 'admin']),
  scopes: z.array(z.enum(scopes)),
  created_at: z.string(),
  last_used_at: z.string().nullable(),
  revoked_at: z.string().nullable(),
});
export const keyListSchema = z.object({ keys: z.array(keySchema) });
export const newKeySchema = z.object({
  key: z.string().meta({ description: 'Shown this once and kept nowhere' }),
  id: z.string(),
  name: z.string(),
  user_id: z.number(),
  role: z.enum(['user', 'admin']),
  scopes: z.array(z.enum(scopes)),
});
export const revokedKeySchema = z.object({ id: z.string(), revoked_at: z.string() });

type Managing = Pick<GatewayContext, 'db'>;
type KeyOwner = { id: number; role: Role };

/** A further key for the caller, with no more rights than the one that asks for it. */
export async function createOwnKey(
  { db }: Managing,
  caller: Principal,
  asked: z.infer<typeof ownKeySchema>,
): Promise<z.infer<typeof newKeySchema>> {
  const granted = asked.scopes ?? caller.scopes;
  const beyond = granted.filter((scope) => !caller.scopes.includes(scope));
  if (beyond.length > 0) throw new AppError('FORBIDDEN', `A key cannot give the scopes ${beyond.join(', ')}, which it does not have.`);
  return create(db, { id: caller.userId, role: caller.role }, { name: asked.name, scopes: granted });
}

/** A key for anybody; for admins. */
export async function createKeyFor({ db }: Managing, asked: z.infer<typeof keyForAnyoneSchema>): Promise<z.infer<typeof newKeySchema>> {
  const { user, user_id: userId, role, scopes: wished } = asked;
  if ((user === undefined) === (userId === undefined))
    throw validationError([{ path: 'user', message: 'or user_id is required, not both' }]);
  if (role && user === undefined) throw validationError([{ path: 'role', message: 'goes with user' }]);
  if (wished?.includes('admin') && role === 'user')
    throw validationError([{ path: 'scopes', message: 'must not hold admin for the role user' }]);
  const owner = userId === undefined ? await ensureUser(db, { subject: `key:${user}`, role }) : await findUser(db, userId);
  if (!owner) throw new AppError('NOT_FOUND', 'User not found');
  if (wished?.includes('admin') && owner.role !== 'admin')
    throw validationError([{ path: 'scopes', message: 'must not hold admin for the role user' }]);
  return create(db, owner, { name: asked.name ?? user ?? 'key', scopes: wished ?? ['read', 'generate'] });
}

async function create(db: Managing['db'], owner: KeyOwner, { name, scopes: granted }: { name: string; scopes: readonly Scope[] }) {
  const { key, id, hash } = newApiKey();
  const distinct = scopes.filter((scope) => granted.includes(scope));
  if (!(await insertKey(db, { id, userId: owner.id, name, hash, scopes: distinct }, mostKeysPerUser)))
    throw new AppError('CONFLICT', `A user has at most ${mostKeysPerUser} keys; revoke one first.`);
  return { key, id, name, user_id: owner.id, role: owner.role, scopes: distinct };
}

/** Newest first; `userId` null: of everybody. */
export async function presentKeys({ db }: Managing, userId: number | null): Promise<z.infer<typeof keyListSchema>> {
  return { keys: (await listKeys(db, { userId, limit: mostListed })).map(presentKey) };
}

function presentKey({
  id,
  name,
  user_id,
  subject,
  role,
  scopes,
  created_at,
  last_used_at,
  revoked_at,
}: ListedKey): z.infer<typeof keySchema> {
  const times = {
    created_at: created_at.toISOString(),
    last_used_at: last_used_at?.toISOString() ?? null,
    revoked_at: revoked_at?.toISOString() ?? null,
  };
  return { id, name, user_id, user: subject, role, scopes, ...times };
}

/** At once in this process, within five seconds in the others. `userId` null: anybody's. Throws NOT_FOUND. */
export async function endKey(
  { db, keys }: Pick<GatewayContext, 'db' | 'keys'>,
  { id, userId }: { id: string; userId: number | null },
): Promise<z.infer<typeof revokedKeySchema>> {
  const revokedAt = await revokeKey(db, { id, userId });
  if (!revokedAt) throw new AppError('NOT_FOUND', 'Key not found');
  keys.forget(id);
  return { id, revoked_at: revokedAt.toISOString() };
}

import { createClient } from '@imagegen/client/create-client';
import { toGatewayError } from '@imagegen/client/gateway-error';
import { migrate } from '@imagegen/db/migrate';
import { openDatabase } from '@imagegen/db/open-database';
import { ensureUser, insertKey, listKeys, revokeKey } from '@imagegen/db/queries/identity';
import type { Role, Scope } from '@imagegen/db/tables';
import { findRunningSystem } from '@imagegen/embedded/running-system';
import { newApiKey } from '@imagegen/runtime/api-key';
import { dataDirOf } from './paths.ts';
import { UsageError } from './usage-error.ts';

type Wish = { user: string; name: string; role: Role | undefined; scopes: Scope[] };
type MadeKey = { key: string; id: string; name: string; user_id: number; role: Role; scopes: Scope[] };
type ListedKey = {
  id: string;
  name: string;
  user: string;
  role: Role;
  scopes: Scope[];
  last_used_at: string | null;
  revoked_at: string | null;
};

/** Where API keys are kept, seen from outside or from the server itself. */
export type KeyStore = AsyncDisposable & {
  create(wish: Wish): Promise<MadeKey>;
  list(): Promise<ListedKey[]>;
  revoke(id: string): Promise<{ id: string; revoked_at: string }>;
};

const mostKeysPerUser = 100;
const mostListed = 500;
/** Known to everybody, valid on development systems alone. */
const developmentAdminKey = 'ig_dev_admin';

export async function openKeyStore(env: NodeJS.ProcessEnv): Promise<KeyStore> {
  if (env.GATEWAY_URL) {
    if (!env.GATEWAY_KEY) throw new UsageError('GATEWAY_URL is set, so GATEWAY_KEY must hold an admin key of that system.');
    return gatewayKeys(env.GATEWAY_URL, env.GATEWAY_KEY);
  }
  if (env.DATABASE_URL) return databaseKeys(env.DATABASE_URL);
  const running = await findRunningSystem(dataDirOf(env));
  if (running) return gatewayKeys(running.gatewayUrl, developmentAdminKey);
  throw new UsageError('Set GATEWAY_URL and GATEWAY_KEY (an admin key), or on the server DATABASE_URL; or start pnpm dev.');
}

function gatewayKeys(url: string, key: string): KeyStore {
  const { keys } = createClient({ url, token: key }).admin;
  return {
    create: (wish) => keys.create.mutate(wish).catch(asGatewayError),
    list: async () => (await keys.list.query({}).catch(asGatewayError)).keys,
    revoke: (id) => keys.revoke.mutate({ id }).catch(asGatewayError),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function asGatewayError(thrown: unknown): never {
  throw toGatewayError(thrown);
}

/** Without a gateway: whoever can reach the database may make the first admin. */
async function databaseKeys(url: string): Promise<KeyStore> {
  const db = openDatabase({ url, applicationName: 'cli', poolSize: 2, onIdleError: () => undefined });
  await migrate(db);
  return {
    async create({ user, name, role, scopes }) {
      const { key, id, hash } = newApiKey();
      const owner = await ensureUser(db, { subject: `key:${user}`, role });
      if (!(await insertKey(db, { id, userId: owner.id, name, hash, scopes }, mostKeysPerUser)))
        throw new UsageError(`${user} has ${mostKeysPerUser} keys; revoke one first.`);
      return { key, id, name, user_id: owner.id, role: owner.role, scopes };
    },
    async list() {
      const rows = await listKeys(db, { userId: null, limit: mostListed });
      return rows.map(({ subject, last_used_at, revoked_at, ...row }) => ({
        ...row,
        user: subject,
        last_used_at: last_used_at?.toISOString() ?? null,
        revoked_at: revoked_at?.toISOString() ?? null,
      }));
    },
    async revoke(id) {
      const revokedAt = await revokeKey(db, { id, userId: null });
      if (!revokedAt) throw new UsageError(`There is no key ${id}: see pnpm keys list.`);
      return { id, revoked_at: revokedAt.toISOString() };
    },
    [Symbol.asyncDispose]: () => db.destroy(),
  };
}

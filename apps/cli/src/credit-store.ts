import { createClient } from '@imagegen/client/create-client';
import { toGatewayError } from '@imagegen/client/gateway-error';
import type { TransferKind } from '@imagegen/core/credits/transfer';
import { microsToCredits, usdToMicros } from '@imagegen/core/estimate/money';
import { migrate } from '@imagegen/db/migrate';
import { type Database, openDatabase } from '@imagegen/db/open-database';
import { checkLedger, type LedgerReport } from '@imagegen/db/queries/check-ledger';
import { grantCredits, listTransfers, readBalance } from '@imagegen/db/queries/credits';
import { findUserBySubject } from '@imagegen/db/queries/identity';
import { findRunningSystem } from '@imagegen/embedded/running-system';
import { dataDirOf } from './paths.ts';
import { UsageError } from './usage-error.ts';

type Grant = { user: string; amount: number; key: string; note: string | undefined };
type Granted = { id: number; user_id: number; amount: number; replayed: boolean };
type Balance = { available: number | null; held: number };
type Transfer = {
  id: number;
  kind: TransferKind;
  amount: number;
  change: number;
  generation_id: string | null;
  note: string | null;
  created_at: string;
};

/** Where credits are kept, seen from outside or from the server itself. Amounts are credits. */
export type CreditStore = AsyncDisposable & {
  grant(grant: Grant): Promise<Granted>;
  balance(user: string): Promise<Balance>;
  /** Newest first. */
  history(user: string, limit: number): Promise<Transfer[]>;
  check(): Promise<LedgerReport>;
};

/** Known to everybody, valid on development systems alone. */
const developmentAdminKey = 'ig_dev_admin';

export async function openCreditStore(env: NodeJS.ProcessEnv): Promise<CreditStore> {
  if (env.GATEWAY_URL) {
    if (!env.GATEWAY_KEY) throw new UsageError('GATEWAY_URL is set, so GATEWAY_KEY must hold an admin key of that system.');
    return gatewayCredits(env.GATEWAY_URL, env.GATEWAY_KEY);
  }
  if (env.DATABASE_URL) return databaseCredits(env.DATABASE_URL);
  const running = await findRunningSystem(dataDirOf(env));
  if (running) return gatewayCredits(running.gatewayUrl, developmentAdminKey);
  throw new UsageError('Set GATEWAY_URL and GATEWAY_KEY (an admin key), or on the server DATABASE_URL; or start pnpm dev.');
}

function gatewayCredits(url: string, key: string): CreditStore {
  const { credits, ledger } = createClient({ url, token: key }).admin;
  return {
    grant: ({ user, amount, key: idempotency_key, note }) =>
      credits.grant.mutate({ user, amount, idempotency_key, note }).catch(asGatewayError),
    balance: (user) => credits.balance.query({ user }).catch(asGatewayError),
    history: async (user, limit) => (await credits.history.query({ user, limit }).catch(asGatewayError)).items,
    check: () => ledger.check.query().catch(asGatewayError),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function asGatewayError(thrown: unknown): never {
  throw toGatewayError(thrown);
}

async function databaseCredits(url: string): Promise<CreditStore> {
  const db = openDatabase({ url, applicationName: 'cli', poolSize: 2, onIdleError: () => undefined });
  await migrate(db);
  return {
    async grant({ user, amount, key, note = null }) {
      const userId = await userIdOf(db, user);
      const amountMicros = usdToMicros(amount);
      const { grant, replayed } = await grantCredits(db, { userId, amountMicros, note, key });
      if (grant.user_id !== userId || grant.amount_micros !== amountMicros) throw new UsageError(`--key ${key} stands for another grant.`);
      return { id: grant.id, user_id: userId, amount, replayed };
    },
    async balance(user) {
      const { available_micros, held_micros } = await readBalance(db, await userIdOf(db, user));
      return { available: microsToCredits(available_micros), held: microsToCredits(held_micros) };
    },
    async history(user, limit) {
      const rows = await listTransfers(db, { userId: await userIdOf(db, user), before: null, limit });
      return rows.map(({ amount_micros, change_micros, created_at, ...rest }) => ({
        ...rest,
        amount: microsToCredits(amount_micros),
        change: microsToCredits(change_micros),
        created_at: created_at.toISOString(),
      }));
    },
    check: () => checkLedger(db),
    [Symbol.asyncDispose]: () => db.destroy(),
  };
}

async function userIdOf(db: Database, user: string): Promise<number> {
  const found = await findUserBySubject(db, `key:${user}`);
  if (!found) throw new UsageError(`There is no user ${user}: see pnpm keys list.`);
  return found.id;
}

import { createHash, randomBytes } from 'node:crypto';
import { Client } from 'pg';

export type ChaosUser = { readonly id: number; readonly key: string };

/** More than any run can spend, so that the ledger has balances to keep. */
const plentyMicros = 1_000_000_000;

/** Users with a key and a balance each, put where an operator's tool would put them. */
export async function createUsers(databaseUrl: string, count: number, grantedMicros = plentyMicros): Promise<ChaosUser[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const users: ChaosUser[] = [];
    for (let index = 0; index < count; index += 1) {
      const id = `live_${randomBytes(8).toString('hex')}`;
      const key = `ig_${id}_${randomBytes(32).toString('base64url')}`;
      const { rows } = await client.query<{ id: string }>('insert into users (subject) values ($1) returning id', [`chaos:${id}`]);
      const userId = Number(rows[0]?.id);
      await client.query('insert into api_keys (id, user_id, name, key_hash) values ($1, $2, $3, $4)', [
        id,
        userId,
        'chaos',
        createHash('sha256').update(key).digest(),
      ]);
      await grant(client, userId, grantedMicros);
      users.push({ id: userId, key });
    }
    return users;
  } finally {
    await client.end();
  }
}

async function grant(client: Client, userId: number, grantedMicros: number): Promise<void> {
  await client.query(
    `insert into ledger_transfers (user_id, kind, debit_account, credit_account, amount_micros)
     values ($1::bigint, 'grant', 'grants', 'user:' || $1::bigint, $2::bigint)`,
    [userId, grantedMicros],
  );
  await client.query('insert into credit_balances (user_id, available_micros) values ($1, $2)', [userId, grantedMicros]);
}

import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table api_keys add scopes text[] not null default '{read,generate}'
      check (scopes <@ '{read,generate,beta,admin}' and cardinality(scopes) > 0)`.execute(db);
}

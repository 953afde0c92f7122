import pg from 'pg';
import { serveBaseline } from './baseline-server.ts';

/** What any program that keeps its requests in Postgres has to pay: one row, three columns, one commit, one round trip. */
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: Number(process.env.DATABASE_POOL_SIZE) });
await pool.query('create table if not exists accepted (id uuid primary key, prompt text not null, created_at timestamptz not null)');

await serveBaseline((id, { prompt }) =>
  pool.query({ name: 'accept', text: 'insert into accepted (id, prompt, created_at) values ($1, $2, now())', values: [id, prompt] }),
);

import { Client } from 'pg';
import { expect, test } from 'vitest';
import { createTestDatabase } from './testing.ts';

test('every test database is empty and its own, and can be dropped while it is used', async () => {
  await using one = await createTestDatabase();
  await using other = await createTestDatabase();
  const client = new Client({ connectionString: one.url });
  const ended = new Promise((resolve) => client.on('error', resolve));
  await client.connect();
  await client.query('CREATE TABLE picture (id int)');
  expect(other.url).not.toBe(one.url);
  await one.drop();
  await ended;
  await expect(new Client({ connectionString: one.url }).connect()).rejects.toThrow(/does not exist/);
});

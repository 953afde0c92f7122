import { createTestDatabase } from '@imagegen/embedded/testing';
import { expect, test } from 'vitest';
import { openKeyStore } from './key-store.ts';

test('the very first key is made in an empty database, listed without its secret and revoked', async () => {
  await using database = await createTestDatabase();
  await using store = await openKeyStore({ DATABASE_URL: database.url });
  const made = await store.create({ user: 'operator', name: 'first', role: 'admin', scopes: ['read', 'admin'] });
  expect(made).toMatchObject({ key: expect.stringMatching(/^ig_live_[0-9a-z]+_[\w-]{43}$/), role: 'admin', scopes: ['read', 'admin'] });
  const listed = await store.list();
  expect(listed).toMatchObject([{ id: made.id, user: 'key:operator', role: 'admin', last_used_at: null, revoked_at: null }]);
  expect(JSON.stringify(listed)).not.toContain(made.key.slice(-43));
  expect(await store.revoke(made.id)).toEqual({ id: made.id, revoked_at: expect.any(String) });
  await expect(store.revoke('live_none')).rejects.toThrow('There is no key live_none');
});

test('without a gateway, a database or a running system there is nothing to ask', async () => {
  await expect(openKeyStore({ DATA_DIR: '/nowhere' })).rejects.toThrow('Set GATEWAY_URL');
  await expect(openKeyStore({ GATEWAY_URL: 'http://127.0.0.1:1' })).rejects.toThrow('GATEWAY_KEY');
});

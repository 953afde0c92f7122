import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { createClient } from '@imagegen/client/create-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generate, submit, uniquePrompt, untilEnded } from '../src/generate.ts';
import { type ErrorAnswer, type HttpDoor, openDoor } from '../src/http-door.ts';
import { type RunningSystem, startRunningSystem } from '../src/running-system.ts';
import { sharedSystem } from '../src/shared-system.ts';

type Balance = { mode: string; available: number | null; held: number; daily: { cap: number; spent: number } | null };
type History = { items: { kind: string; amount: number; change: number; generation_id: string | null }[]; next_cursor: string | null };

const small = { width: 256, height: 256 };

async function command(gatewayUrl: string, ...args: string[]) {
  const child = spawn(process.execPath, ['apps/cli/src/main.ts', ...args, '--json'], {
    cwd: resolve(import.meta.dirname, '../..'),
    env: { PATH: process.env.PATH, GATEWAY_URL: gatewayUrl, GATEWAY_KEY: 'ig_dev_admin' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [[exitCode], output] = await Promise.all([once(child, 'exit'), text(child.stdout)]);
  return { exitCode: exitCode as number, output: JSON.parse(output) as Record<string, unknown> };
}

const balanceOf = async (door: HttpDoor) => (await door.get<Balance>('/api:v2/credits/balance')).body;

describe('a metered system', () => {
  let system: RunningSystem;
  let user: HttpDoor;
  let name: string;
  beforeAll(async () => {
    system = await startRunningSystem({ CREDITS: 'metered', DAILY_SPEND_CAP_PER_USER: '1' });
    const admin = openDoor(system.gatewayUrl, 'ig_dev_admin');
    name = uniquePrompt('metered').replace(' ', '-');
    user = openDoor(
      system.gatewayUrl,
      (await admin.post<{ key: string }>('/api:v2/admin/keys', { user: name, scopes: ['read', 'generate', 'beta'] })).body.key,
    );
  });
  afterAll(() => system?.[Symbol.asyncDispose]());

  test('refuses who was granted nothing, and then takes what was refused, with the same key', async () => {
    const body = { prompt: uniquePrompt(), ...small };
    const refused = await user.post<ErrorAnswer>('/api:v2/flux/standard', body, { 'idempotency-key': 'first' });
    expect(refused.status).toBe(402);
    expect(refused.body.error).toMatchObject({ code: 'QUOTA_EXCEEDED', details: { required: 0.035, available: 0 } });
    expect((await user.get<History>('/api:v2/data/history')).body.items).toEqual([]);

    const granted = await command(system.gatewayUrl, 'credits', 'grant', '--user', name, '--amount', '0.1', '--key', `${name} start`);
    expect(granted).toMatchObject({ exitCode: 0, output: { amount: 0.1, replayed: false } });
    const again = await command(system.gatewayUrl, 'credits', 'grant', '--user', name, '--amount', '0.1', '--key', `${name} start`);
    expect(again.output).toMatchObject({ replayed: true });

    const accepted = await user.post<{ request_id: string }>('/api:v2/flux/standard', body, { 'idempotency-key': 'first' });
    expect(accepted.status).toBe(202);
    expect(await untilEnded(user, accepted.body.request_id)).toMatchObject({ status: 'completed', credits_used: 0.035 });
    expect(await balanceOf(user)).toEqual({ mode: 'metered', available: 0.065, held: 0, daily: { cap: 1, spent: 0.035 } });
  });

  test('holds before it settles, and says so page by page', async () => {
    const first = await user.get<History>('/api:v2/credits/history?limit=2');
    expect(first.body.items.map(({ kind, change }) => [kind, change])).toEqual([
      ['settle', 0],
      ['hold', -0.035],
    ]);
    const second = await user.get<History>(`/api:v2/credits/history?limit=2&cursor=${first.body.next_cursor}`);
    expect(second.body).toMatchObject({ items: [{ kind: 'grant', change: 0.1 }], next_cursor: null });
    const wrong = await user.get<ErrorAnswer>('/api:v2/credits/history?cursor=bm9uZQ');
    expect(wrong).toMatchObject({ status: 400, body: { error: { code: 'VALIDATION_ERROR' } } });
  });

  test('takes what can be paid for at the chosen engine, though not at the engines it might move to', async () => {
    const admin = openDoor(system.gatewayUrl, 'ig_dev_admin');
    const modest = uniquePrompt('modest').replace(' ', '-');
    const { key } = (await admin.post<{ key: string }>('/api:v2/admin/keys', { user: modest, scopes: ['read', 'generate', 'beta'] })).body;
    await command(system.gatewayUrl, 'credits', 'grant', '--user', modest, '--amount', '0.04', '--key', modest);
    const door = openDoor(system.gatewayUrl, key);
    const accepted = await door.post<{ request_id: string }>('/api:v2/smart/generate', { prompt: uniquePrompt(), ...small });
    expect(accepted.status).toBe(202);
    expect(await untilEnded(door, accepted.body.request_id)).toMatchObject({ status: 'completed', credits_used: 0.035 });
    expect(await balanceOf(door)).toMatchObject({ available: 0.005, held: 0 });
  });

  test('gives back what a picture was held for that the provider billed and withheld', async () => {
    const before = await balanceOf(user);
    const failed = await generate(user, 'flux/standard', { prompt: `${uniquePrompt()} sim:moderation`, ...small });
    expect(failed).toMatchObject({ status: 'failed', credits_used: 0 });
    expect(await balanceOf(user)).toEqual(before);
  });

  test('tells the same over tRPC, to admins of anybody', async () => {
    const own = createClient({ url: system.gatewayUrl, token: user.key });
    expect(await own.credits.balance.query()).toEqual(await balanceOf(user));
    expect((await own.credits.history.query({ limit: 1 })).items).toHaveLength(1);
    const admin = createClient({ url: system.gatewayUrl, token: 'ig_dev_admin' }).admin;
    expect(await admin.credits.balance.query({ user: name })).toEqual(await balanceOf(user));
    await expect(own.admin.credits.grant.mutate({ user: name, amount: 5, idempotency_key: 'mine' })).rejects.toThrow('Only an admin');
    await expect(admin.credits.grant.mutate({ user: 'nobody at all', amount: 5, idempotency_key: 'x' })).rejects.toThrow('User not found');
    await expect(admin.credits.grant.mutate({ user: name, amount: 7, idempotency_key: `${name} start` })).rejects.toThrow('used before');
  });

  test('of forty at once it takes as many as there are credits for; and a rich user meets the cap of the day', async () => {
    const available = (await balanceOf(user)).available ?? 0;
    const fitting = Math.floor(available / 0.035 + 1e-9);
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => user.post<{ request_id: string }>('/api:v2/flux/standard', { prompt: uniquePrompt(), ...small })),
    );
    const accepted = answers.filter(({ status }) => status === 202);
    expect(accepted).toHaveLength(fitting);
    expect(answers.filter(({ status }) => status === 402)).toHaveLength(40 - fitting);
    for (const { body } of accepted) await untilEnded(user, body.request_id);

    await command(system.gatewayUrl, 'credits', 'grant', '--user', name, '--amount', '100', '--key', `${name} rich`);
    const dear = await user.post<ErrorAnswer>('/api:v2/flux/advanced', {
      prompt: uniquePrompt(),
      num_images: 8,
      width: 2048,
      height: 2048,
    });
    expect(dear).toMatchObject({ status: 402, body: { error: { code: 'QUOTA_EXCEEDED', details: { daily: true } } } });
  });

  test('has a sound ledger', async () => {
    expect(await command(system.gatewayUrl, 'ledger', 'check')).toMatchObject({ exitCode: 0, output: { sumMicros: 0 } });
  });
});

test('unlimited by default: nobody needs a balance, and the ledger is kept', async () => {
  const door = openDoor(sharedSystem.gatewayUrl);
  expect(await balanceOf(door)).toMatchObject({ mode: 'unlimited', available: null, daily: null });
  const { request_id } = await submit(door, 'flux/standard', { prompt: uniquePrompt(), ...small });
  const { generation_id, credits_used } = await untilEnded(door, request_id);
  const { items } = (await door.get<History>('/api:v2/credits/history?limit=100')).body;
  expect(items.filter((item) => item.generation_id === generation_id)).toMatchObject([{ kind: 'settle', amount: credits_used, change: 0 }]);
});

import { createClient } from '@imagegen/client/create-client';
import { describe, expect, test } from 'vitest';
import { type RestAccepted, uniquePrompt, untilEnded } from '../src/generate.ts';
import { type ErrorAnswer, openDoor } from '../src/http-door.ts';
import { purchasesOf } from '../src/ledger.ts';
import { sharedSystem } from '../src/shared-system.ts';

const { gatewayUrl, simulatorUrl } = sharedSystem;
const door = openDoor(gatewayUrl);
const path = '/api:v2/flux/standard';
const keyed = () => ({ 'idempotency-key': `order ${uniquePrompt('key')}` });

describe.concurrent('idempotency keys', () => {
  test('the same key and body answer the same to the byte and buy once, before and after the end', async () => {
    const headers = keyed();
    const { prompt, ...rest } = { prompt: uniquePrompt(), cfg_scale: 40 / 7, negative_prompt: 'rain', steps: 150 };
    const body = { prompt, ...rest };
    const first = await door.post<RestAccepted>(path, body, headers);
    const second = await door.post<RestAccepted>(path, body, headers);
    await untilEnded(door, first.body.request_id);
    const third = await door.post<RestAccepted>(path, { ...rest, prompt }, headers);
    expect(first.status).toBe(202);
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    for (const replay of [second, third]) {
      expect(replay.status).toBe(202);
      expect(replay.headers.get('idempotent-replayed')).toBe('true');
      expect(JSON.stringify(replay.body)).toBe(JSON.stringify(first.body));
    }
    expect(await purchasesOf(simulatorUrl, `${prompt} [not: rain]`)).toHaveLength(1);
  });

  test('the same key with another body is refused', async () => {
    const headers = keyed();
    const prompt = uniquePrompt();
    await door.post(path, { prompt }, headers);
    const { status, body } = await door.post<ErrorAnswer>(path, { prompt, seed: 1 }, headers);
    expect([status, body.error.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  test('a key belongs to its user and its route', async () => {
    const headers = keyed();
    const body = { prompt: uniquePrompt() };
    const answers = await Promise.all([
      door.post<RestAccepted>(path, body, headers),
      openDoor(gatewayUrl, 'ig_dev_user2').post<RestAccepted>(path, body, headers),
      door.post<RestAccepted>('/api:v2/smart/generate', body, headers),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(new Set(answers.map(({ body: { generation_id } }) => generation_id)).size).toBe(3);
  });

  test('twenty at once make one generation', async () => {
    const headers = keyed();
    const prompt = uniquePrompt();
    const answers = await Promise.all(Array.from({ length: 20 }, () => door.post<RestAccepted>(path, { prompt }, headers)));
    const accepted = answers.filter(({ status }) => status === 202);
    const refused = answers.filter(({ status }) => status !== 202);
    expect(new Set(accepted.map(({ body }) => body.generation_id)).size).toBe(1);
    expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 409));
    expect(answers.filter((answer) => answer.status === 202 && !answer.headers.has('idempotent-replayed'))).toHaveLength(1);
    await untilEnded(door, accepted[0]!.body.request_id);
    expect(await purchasesOf(simulatorUrl, prompt)).toHaveLength(1);
  });

  test('a refused request does not use up its key', async () => {
    const headers = keyed();
    const prompt = uniquePrompt();
    expect((await door.post(path, { prompt, steps: 0 }, headers)).status).toBe(400);
    expect((await door.post(path, { prompt, steps: 1 }, headers)).status).toBe(202);
  });

  test('over tRPC the key is part of the input', async () => {
    const client = createClient({ url: gatewayUrl, token: door.key });
    const input = { prompt: uniquePrompt(), idempotency_key: uniquePrompt('key') };
    const first = await client.flux.standard.mutate(input);
    const second = await client.flux.standard.mutate(input);
    expect(second).toEqual({ ...first, replayed: true });
    await expect(client.flux.standard.mutate({ ...input, steps: 3 })).rejects.toMatchObject({
      data: { httpStatus: 422, error: { code: 'IDEMPOTENCY_KEY_REUSED' } },
    });
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClient } from './create-client.ts';
import { GatewayError } from './gateway-error.ts';
import { type GenerateOptions, type GenerationProgress, generateAndWait, waitForGeneration } from './generate-and-wait.ts';
import { GenerationFailedError } from './generation-failed-error.ts';
import type { Accepted } from './procedure-types.ts';
import { happyEvents, type ScriptedGateway, startScriptedGateway } from './scripted-gateway.fixture.ts';

let gateway: ScriptedGateway;
beforeEach(async () => {
  gateway = await startScriptedGateway();
});
afterEach(() => gateway[Symbol.asyncDispose]());

const generate = (options?: GenerateOptions, input = {}) =>
  generateAndWait(createClient({ url: `${gateway.url}/`, token: 'ig_secret' }), { prompt: 'a fox', ...input }, options);

describe('generating and waiting', () => {
  it('resolves to the completed output and tells every event on the way', async () => {
    const told: GenerationProgress[] = [];
    const accepted: Accepted[] = [];
    const output = await generate({ onProgress: (progress) => told.push(progress), onAccepted: (answer) => accepted.push(answer) });
    expect(output).toMatchObject({ generation_id: 'gen_1', status: 'completed' });
    expect(told.map(({ progress }) => progress)).toEqual([0, 0, 50, 100]);
    expect(accepted).toMatchObject([{ generation_id: 'gen_1' }]);
  });

  it('sends the token with calls and with live events, never in a URL', async () => {
    await generate();
    expect(gateway.seen.map(({ path }) => path)).toEqual(['smart.generate', 'generations.subscribe', 'status.check']);
    expect(gateway.seen.every(({ authorization }) => authorization === 'Bearer ig_secret')).toBe(true);
    expect(gateway.seen.some(({ url }) => url.includes('ig_secret'))).toBe(false);
  });

  it('submits again with the same key when an answer was lost, or there is no room', async () => {
    gateway.faults['smart.generate'] = ['lose-answer', { status: 503 }, { status: 429, headers: { 'retry-after': '0' } }];
    await generate();
    expect(gateway.idempotencyKeys).toHaveLength(2);
    expect(gateway.idempotencyKeys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(gateway.idempotencyKeys).size).toBe(1);
  });

  it("keeps the caller's idempotency key", async () => {
    await generate({}, { idempotency_key: 'order 66' });
    expect(gateway.idempotencyKeys).toEqual(['order 66']);
  });

  it("throws the gateway's refusal as it is, at once", async () => {
    gateway.refusal = { code: 'INVALID_LORA', message: 'Unknown LoRA id: 7.', details: { invalid_ids: [7] } };
    const error = await generate().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(GatewayError);
    expect(error).toMatchObject({ ...gateway.refusal, requestId: 'http_1' });
    expect(gateway.idempotencyKeys).toHaveLength(1);
  });

  it('goes on after the last event it saw when the connection breaks, however often', async () => {
    gateway.cutAfter = [1, 1, 0, 1];
    const told: number[] = [];
    await generate({ onProgress: ({ progress }) => told.push(progress) });
    expect(gateway.resumedFrom).toEqual([null, '1', '2', '2', '3']);
    expect(told).toEqual([0, 0, 50, 100]);
  });

  it('asks for the status when there is no stream to be had', async () => {
    gateway.faults['generations.subscribe'] = Array.from({ length: 3 }, () => ({ status: 502 }));
    expect(await generate()).toMatchObject({ status: 'completed' });
    expect(gateway.resumedFrom).toEqual([]);
  });

  it('waits for a generation that was accepted earlier, without submitting anything', async () => {
    const client = createClient({ url: gateway.url, token: 'ig_secret' });
    expect(await waitForGeneration(client, 'gen_1')).toMatchObject({ status: 'completed' });
    expect(gateway.idempotencyKeys).toEqual([]);
  });

  it('throws what a failed generation failed of', async () => {
    gateway.events = [{ seq: 1, type: 'failed', status: 'failed', progress: 0 }];
    const error = await generate().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(GenerationFailedError);
    expect(error).toMatchObject({ code: 'CONTENT_REJECTED', message: 'Refused.', output: { generation_id: 'gen_1' } });
  });

  it('stops waiting when told to, with the reason given', async () => {
    gateway.events = happyEvents.slice(0, 2);
    const stop = new AbortController();
    const reason = new Error('enough');
    const waiting = generate({ signal: stop.signal, onProgress: ({ status }) => status === 'processing' && stop.abort(reason) });
    await expect(waiting).rejects.toBe(reason);
  });

  it('does nothing when told to stop before', async () => {
    await expect(generate({ signal: AbortSignal.abort(new Error('never mind')) })).rejects.toThrow('never mind');
    expect(gateway.seen).toEqual([]);
  });

  it('does not insist where something else answers', async () => {
    gateway.faults['smart.generate'] = [{ status: 404 }];
    await expect(generate()).rejects.toMatchObject({ code: 'NOT_A_GATEWAY' });
  });

  it('gives up on a gateway that stays away', async () => {
    const client = createClient({ url: 'http://127.0.0.1:9', token: 'x' });
    const error = await generateAndWait(client, { prompt: 'a fox' }, { patienceMs: 300 }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'GatewayError', code: 'UNREACHABLE' });
  });
});

import OpenAI from 'openai';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDriver, type Driver, falHeaders } from './drive-simulator.ts';
import { type Simulator, startSimulator } from './simulator.ts';

let simulator: Simulator;
let driver: Driver;

beforeAll(async () => {
  simulator = await startSimulator({ host: '127.0.0.1', port: 0, latency: { minMs: 0, maxMs: 0 }, logLevel: 'silent' });
  driver = createDriver(simulator.url);
});

afterAll(() => simulator[Symbol.asyncDispose]());

beforeEach(() => driver.reset());

describe('the script', () => {
  it('once has one turn', async () => {
    expect((await driver.submit('openai', 'a fox sim:once sim:error-503')).status).toBe(503);
    expect((await driver.submit('openai', 'a fox sim:once sim:error-503')).status).toBe(200);
  });

  it('stands until its number of requests is over', async () => {
    expect((await driver.sim('PUT', '/sim/scenario', { words: ['error-500'], provider: 'replicate', times: 1 })).status).toBe(200);
    expect(await (await driver.sim('GET', '/sim/scenario')).json()).toEqual({
      scenario: { words: ['error-500'], provider: 'replicate', times: 1 },
    });
    expect((await driver.submit('fal', 'a fox')).status).toBe(200);
    expect([(await driver.submit('replicate', 'a fox')).status, (await driver.submit('replicate', 'a fox')).status]).toEqual([500, 201]);
  });

  it('says what is wrong with itself', async () => {
    const response = await driver.sim('PUT', '/sim/scenario', { words: ['latency'], provider: 'nobody' });
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as { error: string };
    expect(error).toContain('"latency" needs a number');
    expect(error).toContain('provider');
  });

  it('overrides the latency', async () => {
    const statusUrl = await driver.falStatusUrl('a fox sim:latency=60000 sim:queue=5');
    expect(await (await fetch(statusUrl, falHeaders)).json()).toMatchObject({ status: 'IN_QUEUE', queue_position: 5 });
  });
});

describe('the ledger', () => {
  it('shows each accepted request with its price, in order, without bulk', async () => {
    await driver.submit('replicate', 'first');
    await driver.submit('openai', 'second');
    const image = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    const client = new OpenAI({ apiKey: 'x', baseURL: `${simulator.url}/openai/v1`, maxRetries: 0 });
    await client.images.edit({
      model: 'gpt-image-2',
      prompt: 'third',
      quality: 'low',
      image: new File([new Uint8Array(image)], 'x.png', { type: 'image/png' }),
    });
    const entries = await driver.readLedger();
    expect(entries.map(({ prompt }) => prompt)).toEqual(['first', 'second', 'third']);
    expect(entries[0]).toEqual({
      provider: 'replicate',
      model: 'black-forest-labs/flux-dev-lora',
      provider_request_id: expect.any(String),
      prompt: 'first',
      input: { prompt: 'first', num_outputs: 1, output_format: 'jpg' },
      accepted_at: expect.any(String),
      finished_at: expect.any(String),
      outcome: 'succeeded',
      billed: true,
      price_usd: 0.032,
    });
    expect(entries[2]).toMatchObject({ input: { image: [expect.stringMatching(/^sha256:[0-9a-f]{16}$/)] } });
    await driver.sim('DELETE', '/sim/ledger');
    expect(await driver.readLedger()).toEqual([]);
  });
});

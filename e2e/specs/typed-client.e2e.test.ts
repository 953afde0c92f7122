import { createClient } from '@imagegen/client/create-client';
import { generateAndWait } from '@imagegen/client/generate-and-wait';
import { expect, test } from 'vitest';
import { uniquePrompt } from '../src/generate.ts';
import { sharedSystem } from '../src/shared-system.ts';

test('the typed client generates, lists, favourites, and saves and applies a preset', async () => {
  const client = createClient({ url: sharedSystem.gatewayUrl, token: 'ig_dev_user1' });
  const prompt = uniquePrompt();
  const generation = await generateAndWait(client, { prompt, seed: 12345, steps: 20, loras: [{ id: 309, weight: 1.2 }] });
  const { generation_id: id } = generation;

  expect(await client.generations.favorite.mutate({ id })).toMatchObject({ generation_id: id, is_favorite: true });
  const page = await client.data.history.query({ favorite: true, has_seed: true, per_page: 100 });
  expect(page.items.find((item) => item.generation_id === id)).toMatchObject({ prompt, seed: 12345, is_favorite: true });

  const preset = await client.data.presets.fromGeneration.mutate({ generation_id: id, name: prompt });
  const { input } = await client.data.presets.apply.mutate({ id: preset.id });
  expect(input).toMatchObject({ steps: 20, loras: [{ id: 309, weight: 1.2 }] });
  const again = await generateAndWait(client, { ...input, prompt: uniquePrompt() });
  expect(again.images[0]?.metadata.actual_steps).toBe(20);
  expect((await client.data.presets.get.query({ id: preset.id })).usage_count).toBe(1);
});

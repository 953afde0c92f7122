import { describe, expect, test } from 'vitest';
import { generate, submit, uniquePrompt } from '../src/generate.ts';
import { type ErrorAnswer, openDoor } from '../src/http-door.ts';
import { purchasesOf } from '../src/ledger.ts';
import { referencePicture } from '../src/picture.ts';
import { sharedSystem } from '../src/shared-system.ts';

const { gatewayUrl, simulatorUrl } = sharedSystem;
const door = openDoor(gatewayUrl);

const loras = (count: number) => Array.from({ length: count }, (_, index) => ({ id: 309 + index }));

describe.concurrent('the engine is chosen by the rules', () => {
  test.each([
    [{ priority: 'speed' }, 'openai', 'speed-without-loras'],
    [{ priority: 'speed', loras: loras(1) }, 'flux-standard', 'default'],
    [{ priority: 'speed', loras: loras(3) }, 'flux-advanced', 'more-than-two-loras'],
    [{ priority: 'quality', loras: loras(3) }, 'flux-advanced', 'more-than-two-loras'],
    [{ priority: 'quality', loras: loras(2) }, 'flux-juggernaut', 'quality-with-loras'],
    [{ priority: 'quality' }, 'flux-standard', 'default'],
    [{ priority: 'cost' }, 'openai', 'cost-without-loras'],
    [{ priority: 'cost', loras: loras(1) }, 'flux-standard', 'cost-with-loras'],
    [{}, 'flux-standard', 'default'],
    [{ loras: loras(5) }, 'flux-advanced', 'more-than-two-loras'],
    [{ provider_preference: 'auto', priority: 'speed' }, 'openai', 'speed-without-loras'],
    [{ provider_preference: 'fal', priority: 'speed' }, 'flux-standard', 'default'],
    [{ provider_preference: 'fal', priority: 'quality', loras: loras(1) }, 'flux-juggernaut', 'quality-with-loras'],
    [{ provider_preference: 'replicate' }, 'replicate', 'preference-replicate'],
    [{ provider_preference: 'openai', priority: 'quality' }, 'openai', 'preference-openai'],
    [{ engine: 'flux-advanced', priority: 'speed' }, 'flux-advanced', 'pinned'],
  ])('%j goes to %s', async (wish, engine, rule) => {
    const prompt = uniquePrompt();
    const output = await generate(door, 'smart/generate', { prompt, ...wish });
    expect(output).toMatchObject({ status: 'completed', engine, routing: { engine } });
    expect(output.routing.rule.split(':')[0]).toBe(rule);
    expect(output.routing.considered).toHaveLength(6);
    expect(output.routing.considered.find((candidate) => candidate.engine === engine)).toMatchObject({ ok: true, reasons: [] });
    expect((await purchasesOf(simulatorUrl, prompt)).map(({ provider }) => provider)).toEqual([output.provider_used]);
  });

  test('a reference image goes where it can be used', async () => {
    const reference_image = await referencePicture();
    const accepted = await submit(door, 'smart/generate', { prompt: uniquePrompt(), priority: 'speed', reference_image });
    expect(accepted.engine).toBe('flux-standard');
    const edited = await submit(door, 'smart/generate', { prompt: uniquePrompt(), provider_preference: 'openai', reference_image });
    expect(edited.engine).toBe('openai-edit');
  });

  test.each([
    [{ provider_preference: 'openai', loras: loras(1) }, 'LIMIT_EXCEEDED', /OpenAI does not support LoRAs/],
    [{ provider_preference: 'replicate', loras: loras(3) }, 'LIMIT_EXCEEDED', /Replicate supports maximum 2 LoRAs/],
    [{ loras: loras(6) }, 'LIMIT_EXCEEDED', /Advanced Flux supports maximum 5 LoRAs/],
    [{ engine: 'flux-standard', loras: loras(3) }, 'LIMIT_EXCEEDED', /Standard Flux supports maximum 2 LoRAs/],
    [{ engine: 'openai-edit' }, 'VALIDATION_ERROR', /reference_image: is required/],
  ])('%j is refused with the reason', async (wish, code, message) => {
    const prompt = uniquePrompt();
    const { status, body } = await door.post<ErrorAnswer>('/api:v2/smart/generate', { prompt, ...wish });
    expect([status, body.error.code]).toEqual([400, code]);
    expect(body.error.message).toMatch(message);
    expect(await purchasesOf(simulatorUrl, prompt)).toEqual([]);
  });
});

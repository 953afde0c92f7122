import { expect, test } from 'vitest';
import { contextWith, loras, settingsWith } from '../../test/requests.ts';
import { engineById } from '../engines/catalogue.ts';
import type { EngineId } from '../engines/engine.ts';
import type { GenerationSettings } from '../generation/settings.ts';
import { mapToProvider } from '../mapping/map-to-provider.ts';
import { planFallbacks } from './plan-fallbacks.ts';

type Asked = { chosen?: EngineId; settings?: Partial<GenerationSettings>; loraCount?: number; pinned?: EngineId };

function fallbacks({ chosen = 'flux-standard', settings: changes, loraCount = 0, pinned }: Asked) {
  const settings = settingsWith({ seed_asked: false, ...changes });
  const context = contextWith({ loras: loras(loraCount) });
  const engine = engineById(chosen);
  const { adjustments } = mapToProvider(engine, settings, context);
  return planFallbacks({ settings, context, pinned: pinned ?? null, chosen: { engine, adjustments } });
}
const names = (asked: Asked) => fallbacks(asked).map(({ engine }) => engine);

test.each<[string, Asked, EngineId[]]>([
  ['a plain prompt, by price, at other companies', {}, ['replicate', 'openai']],
  ['LoRAs, where LoRAs are taken', { loraCount: 2 }, ['replicate', 'flux-juggernaut']],
  ['the preferred provider is not left', { settings: { provider_preference: 'fal' } }, ['flux-juggernaut']],
  ['a seed that was asked for is kept', { settings: { seed_asked: true } }, ['replicate', 'flux-juggernaut']],
  ['… unless its loss was allowed by name', { settings: { seed_asked: true, allow_adjustments: ['seed'] } }, ['replicate', 'openai']],
  ['a pinned engine has none', { pinned: 'flux-standard' }, []],
  ['what more than two LoRAs leave', { chosen: 'flux-advanced', loraCount: 4 }, []],
  ['nothing that is more than twice as dear', { chosen: 'replicate' }, ['flux-standard', 'openai']],
])('%s', (_, asked, expected) => {
  expect(names(asked)).toEqual(expected);
});

test('a native negative prompt is not given up, an approximated one stays approximated', () => {
  const settings = { negative_prompt: 'fog' };
  expect(names({ chosen: 'flux-advanced', settings })).toEqual([]);
  expect(names({ settings })).toContain('replicate');
});

test('a fallback is complete: plan, adjustments, label, price and time', () => {
  expect(fallbacks({ settings: { negative_prompt: 'fog' } })[0]).toMatchObject({
    engine: 'replicate',
    label: 'replicate',
    plan: { calls: [{ endpoint: 'black-forest-labs/flux-dev-lora' }] },
    adjustments: [{ parameter: 'negative_prompt', kind: 'approximated' }],
    estimated_cost_micros: 32_000,
    estimated_time_seconds: 10,
  });
});

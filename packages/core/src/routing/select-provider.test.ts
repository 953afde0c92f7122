import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contextWith, loras, multiLoraVersion, settingsWith } from '../../test/requests.ts';
import { engineById } from '../engines/catalogue.ts';
import { type EngineId, engineIds } from '../engines/engine.ts';
import type { GenerationSettings } from '../generation/settings.ts';
import type { MappingContext } from '../mapping/mapping-context.ts';
import { whyNot } from '../mapping/refusals.ts';
import type { EngineHealth } from './engine-health.ts';
import { receiptSchema } from './receipt.ts';
import { rules } from './rules.ts';
import { selectProvider } from './select-provider.ts';

type Asked = { settings?: Partial<GenerationSettings>; context?: Partial<MappingContext>; pinned?: EngineId; health?: EngineHealth };

function select({ settings, context, pinned, health }: Asked) {
  return selectProvider({ settings: settingsWith(settings), context: contextWith(context), pinned: pinned ?? null, health: health ?? {} });
}
function chosen(asked: Asked) {
  const decision = select(asked);
  if (decision.kind === 'refused') throw new Error(decision.message);
  expect(decision.receipt.engine).toBe(decision.engine.id);
  expect(receiptSchema.parse(decision.receipt)).toEqual(decision.receipt);
  return { engine: decision.engine.id, rule: decision.receipt.rule.split(':')[0], receipt: decision.receipt };
}
function refusal(asked: Asked) {
  const decision = select(asked);
  if (decision.kind === 'selected') throw new Error(`${decision.engine.id} was selected`);
  return decision;
}
const off = (...ids: EngineId[]): EngineHealth => Object.fromEntries(ids.map((id) => [id, { state: 'off', reason: 'no key' }]));
const down = (...ids: EngineId[]): EngineHealth => Object.fromEntries(ids.map((id) => [id, { state: 'down', reason: 'it fails' }]));

describe('selectProvider', () => {
  it.each([
    [0, undefined, 'flux-standard', 'default'],
    [0, 'speed', 'openai', 'speed-without-loras'],
    [0, 'quality', 'flux-standard', 'default'],
    [0, 'cost', 'openai', 'cost-without-loras'],
    [1, undefined, 'flux-standard', 'default'],
    [1, 'speed', 'flux-standard', 'default'],
    [1, 'quality', 'flux-juggernaut', 'quality-with-loras'],
    [1, 'cost', 'flux-standard', 'cost-with-loras'],
    [2, undefined, 'flux-standard', 'default'],
    [2, 'speed', 'flux-standard', 'default'],
    [2, 'quality', 'flux-juggernaut', 'quality-with-loras'],
    [2, 'cost', 'flux-standard', 'cost-with-loras'],
    [3, undefined, 'flux-advanced', 'more-than-two-loras'],
    [3, 'speed', 'flux-advanced', 'more-than-two-loras'],
    [3, 'quality', 'flux-advanced', 'more-than-two-loras'],
    [3, 'cost', 'flux-advanced', 'more-than-two-loras'],
    [5, 'cost', 'flux-advanced', 'more-than-two-loras'],
  ] as const)('gives %d LoRAs with priority %s to %s', (count, priority, engine, rule) => {
    expect(chosen({ settings: { priority }, context: { loras: loras(count) } })).toMatchObject({ engine, rule });
    expect(chosen({ settings: { priority, provider_preference: 'auto' }, context: { loras: loras(count) } })).toMatchObject({
      engine,
      rule,
    });
  });

  it.each([
    ['openai', 0, 'quality', 'openai', 'preference-openai'],
    ['replicate', 2, 'quality', 'replicate', 'preference-replicate'],
    ['replicate', 0, 'speed', 'replicate', 'preference-replicate'],
    ['fal', 0, 'speed', 'flux-standard', 'default'],
    ['fal', 0, 'cost', 'flux-standard', 'default'],
    ['fal', 2, 'quality', 'flux-juggernaut', 'quality-with-loras'],
    ['fal', 4, 'cost', 'flux-advanced', 'more-than-two-loras'],
  ] as const)('honours the preference %s with %d LoRAs and priority %s: %s', (provider_preference, count, priority, engine, rule) => {
    expect(chosen({ settings: { provider_preference, priority }, context: { loras: loras(count) } })).toMatchObject({ engine, rule });
  });

  it.each([
    [{ settings: { priority: 'speed' as const }, context: { referenceImage: 'vault:a' } }, 'flux-standard', 'reference-image'],
    [
      { settings: { provider_preference: 'openai' as const }, context: { referenceImage: 'vault:a' } },
      'openai-edit',
      'preference-openai-edit',
    ],
    [
      { settings: { provider_preference: 'replicate' as const }, context: { referenceImage: 'vault:a' } },
      'replicate',
      'preference-replicate',
    ],
    [{ context: { referenceImage: 'vault:a', loras: loras(3), multiLoraVersion } }, 'replicate', 'reference-image'],
  ])('gives a reference image to an engine that takes one', (asked, engine, rule) => {
    expect(chosen(asked)).toMatchObject({ engine, rule });
  });

  it('uses the pinned engine and no other', () => {
    expect(chosen({ pinned: 'flux-juggernaut', settings: { priority: 'speed', provider_preference: 'openai' } })).toMatchObject({
      engine: 'flux-juggernaut',
      rule: 'pinned',
    });
    expect(refusal({ pinned: 'flux-juggernaut', health: off('flux-juggernaut') })).toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      message: 'Juggernaut Flux is not available: no key.',
    });
    expect(refusal({ pinned: 'flux-standard', context: { loras: loras(3) } })).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: 'Standard Flux supports maximum 2 LoRAs. Use /flux/advanced for more.',
      details: { limit: 2, given: 3, engine: 'flux-standard' },
    });
    expect(refusal({ pinned: 'openai-edit' })).toMatchObject({
      code: 'VALIDATION_ERROR',
      details: { fields: [{ path: 'reference_image' }] },
    });
  });

  it('skips engines that are down and says so', () => {
    const { receipt } = chosen({ settings: { priority: 'speed' }, health: down('openai') });
    expect(receipt.engine).toBe('flux-standard');
    expect(receipt.rule).toBe(
      'speed-without-loras: no LoRAs and speed first; openai cannot (OpenAI is not available: it fails.), so the next able engine',
    );
    expect(receipt.considered.find(({ engine }) => engine === 'openai')).toMatchObject({
      ok: false,
      reasons: ['OpenAI is not available: it fails.'],
      health: 'down',
    });
  });

  it.each([
    ['the pinned engine', { pinned: 'replicate' as const, health: down('replicate') }, 'replicate'],
    ['the wish when everything is down', { settings: { priority: 'speed' as const }, health: down(...engineIds) }, 'openai'],
    ['the preferred provider', { settings: { provider_preference: 'replicate' as const }, health: down('replicate') }, 'replicate'],
    ['an able engine when the wish has no key', { health: { ...down(...engineIds), ...off('flux-standard') } }, 'flux-advanced'],
  ])('accepts what has to wait: %s', (_, asked, engine) => {
    const { receipt } = chosen(asked);
    expect(receipt.engine).toBe(engine);
    expect(receipt.considered.find((row) => row.engine === engine)).toMatchObject({ ok: false, health: 'down' });
  });

  it('would rather leave a provider in trouble than try its next engine', () => {
    expect(chosen({ health: down('flux-standard') }).engine).toBe('replicate');
    expect(chosen({ health: down('flux-standard', 'replicate', 'openai') }).engine).toBe('flux-advanced');
    expect(chosen({ context: { loras: loras(3) }, health: down('flux-standard') }).engine).toBe('flux-advanced');
  });

  it('stays with the preferred provider when one of its engines is down', () => {
    expect(chosen({ settings: { provider_preference: 'fal' }, health: down('flux-standard') }).engine).toBe('flux-advanced');
  });

  it('refuses with reasons what the preferred provider cannot do', () => {
    expect(refusal({ settings: { provider_preference: 'openai' }, context: { loras: loras(1) } })).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: expect.stringContaining('OpenAI does not support LoRAs. Use /flux/standard instead.'),
      details: { limit: 0, given: 1 },
    });
    expect(refusal({ settings: { provider_preference: 'replicate' }, health: off('replicate') })).toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      message: 'Replicate is not available: no key.',
    });
  });

  it('names the most generous limit when no engine can do it', () => {
    const decision = refusal({ context: { loras: loras(6) } });
    expect(decision).toMatchObject({ code: 'LIMIT_EXCEEDED', details: { limit: 5, given: 6, engine: 'flux-advanced' } });
    expect(decision.message).toContain('Advanced Flux supports maximum 5 LoRAs.');
  });

  it('is unavailable when nothing has a key', () => {
    expect(refusal({ health: off(...engineIds) })).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });

  it('lists every engine with its price and time', () => {
    const { considered } = chosen({}).receipt;
    expect(considered.map(({ engine }) => engine)).toEqual([...engineIds]);
    for (const row of considered) {
      expect(row.estimated_cost).toBeGreaterThan(0);
      expect(row.estimated_time).toBeGreaterThan(0);
      expect(row.ok).toBe(row.reasons.length === 0);
    }
  });

  it('uses the prices it is given', () => {
    const standard = { ...engineById('flux-standard'), price: { ...engineById('flux-standard').price, usd: 1 } };
    const engines = { ...Object.fromEntries(engineIds.map((id) => [id, engineById(id)])), 'flux-standard': standard } as Record<
      EngineId,
      ReturnType<typeof engineById>
    >;
    const decision = selectProvider({ settings: settingsWith(), context: contextWith(), pinned: null, health: {}, engines });
    expect(decision).toMatchObject({ receipt: { considered: expect.arrayContaining([expect.objectContaining({ estimated_cost: 1 })]) } });
  });

  it('never selects an engine that refuses or has no key, and one that is down only when no other is up', () => {
    const asked = fc.record({
      priority: fc.constantFrom(undefined, 'speed', 'quality', 'cost'),
      provider_preference: fc.constantFrom(undefined, 'auto', 'fal', 'replicate', 'openai'),
      loraCount: fc.nat(7),
      reference: fc.boolean(),
      multi: fc.boolean(),
      pinned: fc.option(fc.constantFrom(...engineIds)),
      broken: fc.subarray([...engineIds]),
      silent: fc.subarray([...engineIds]),
    });
    fc.assert(
      fc.property(asked, ({ priority, provider_preference, loraCount, reference, multi, pinned, broken, silent }) => {
        const settings = settingsWith({ ...(priority && { priority }), ...(provider_preference && { provider_preference }) });
        const context = contextWith({
          loras: loras(loraCount),
          multiLoraVersion: multi ? multiLoraVersion : null,
          ...(reference && { referenceImage: 'vault:a' }),
        });
        const decision = selectProvider({ settings, context, pinned, health: { ...down(...silent), ...off(...broken) } });
        const able = engineIds.filter((id) => !broken.includes(id) && whyNot(engineById(id), settings, context).length === 0);
        const allowed = able.filter((id) => {
          if (pinned !== null) return id === pinned;
          return !provider_preference || provider_preference === 'auto' || engineById(id).provider === provider_preference;
        });
        const up = allowed.filter((id) => !silent.includes(id));
        if (decision.kind === 'selected') expect(up.length > 0 ? up : allowed).toContain(decision.engine.id);
        else expect(allowed).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('rules', () => {
  it('have names of their own and end with one that always applies', () => {
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
    expect(rules.at(-1)?.when({ loras: 0, referenceImage: false, priority: undefined, preference: undefined })).toBe(true);
  });
});

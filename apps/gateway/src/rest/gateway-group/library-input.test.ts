import { describe, expect, it } from 'vitest';
import { gatewayPresetSchema, translateHistory } from './library-input.ts';

const now = new Date('2026-11-20T15:00:00Z');

describe('the history of the reorganized group', () => {
  it.each([
    [{}, {}],
    [
      { page: '2', per_page: '5', has_seed: 'true', date_from: '2025-01-01' },
      { page: 2, per_page: 5, has_seed: true, date_from: '2025-01-01' },
    ],
    [
      { filters: '{"lora_ids":[309],"has_seed":true,"date_range":"2d"}' },
      { lora_ids: [309], has_seed: true, date_from: '2026-11-19', date_to: '2026-11-20' },
    ],
    [
      { 'filters[lora_ids]': '309,310', 'filters[date_range]': '2026-01-01..2026-01-31' },
      { lora_ids: [309, 310], date_from: '2026-01-01', date_to: '2026-01-31' },
    ],
    [{ 'filters[lora_ids][]': ['309', '310'] }, { lora_ids: [309, 310] }],
    [{ filters: 'nonsense', user_id: '7', sort: 'x' }, {}],
  ])('reads %j', (query, values) => {
    expect(translateHistory(query, now)).toEqual(values);
  });

  it('refuses values that cannot be', () => {
    expect(() => translateHistory({ per_page: '1000' }, now)).toThrow('per_page');
    expect(() => translateHistory({ date_range: 'soon' }, now)).toThrow('date_range');
    expect(() => translateHistory({ filters: '{"lora_ids":"x"}' }, now)).toThrow('lora_ids');
  });
});

it('leaves unknown fields of a preset aside', () => {
  const preset = { name: 'Dusk', settings: { steps: 30, lora_model: 'x' }, user_id: 1, usage_count: 99 };
  expect(gatewayPresetSchema.parse(preset)).toEqual({ name: 'Dusk', settings: { steps: 30 } });
});

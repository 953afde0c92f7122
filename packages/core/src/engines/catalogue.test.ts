import { describe, expect, it } from 'vitest';
import { engineById, engines } from './catalogue.ts';
import { engineIds } from './engine.ts';
import { samplerKey } from './samplers.ts';

describe('the catalogue', () => {
  it.each(engineIds)('knows %s by its id', (id) => {
    expect(engineById(id).id).toBe(id);
    expect(Object.keys(engines)).toEqual([...engineIds]);
  });

  it.each(engineIds)('has a price for %s with a source and a date', (id) => {
    const { price } = engineById(id);
    expect(price.usd).toBeGreaterThan(0);
    expect(price.source).not.toBe('');
    expect(price.asOf).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  });

  it('has its sampler names in the form they are looked up by', () => {
    const names = Object.keys(engineById('flux-advanced').capabilities.samplers ?? {});
    expect(names.map(samplerKey)).toEqual(names);
  });
});

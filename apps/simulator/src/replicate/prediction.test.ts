import { expect, it } from 'vitest';
import { openLedger } from '../ledger.ts';
import { createGallery } from '../picture/gallery.ts';
import type { Plant } from '../plant.ts';
import { createRuns } from '../runs.ts';
import { createScenarioDesk } from '../standing-scenario.ts';
import { createCourier } from '../webhook.ts';
import { concludeReplicate, describePrediction, toPrediction } from './prediction.ts';

const rules = { conclude: concludeReplicate, onSettled: () => undefined };

function preparePlant(): Plant {
  const ledger = openLedger();
  const runs = createRuns({ ledger, rules: { fal: rules, replicate: rules, openai: rules } });
  return {
    ledger,
    runs,
    desk: createScenarioDesk(),
    gallery: createGallery(0),
    courier: createCourier(),
    latency: { minMs: 0, maxMs: 0 },
    publicUrl: () => 'http://sim',
  };
}

const create = {
  model: 'lucataco/flux-dev-multi-lora',
  version: 'ab'.repeat(32),
  input: { prompt: 'a fox' },
  webhook: null,
  cancelAfterMs: 40,
};

it('a deadline cancels what runs, at the price of its time, and aborts for free what still waits', async () => {
  const plant = preparePlant();
  const running = await describePrediction(plant, { ...create, scenario: { never: true } });
  const waiting = await describePrediction(plant, { ...create, scenario: { queue: 100 } });
  for (const submission of [running, waiting]) plant.runs.start(submission);
  await Promise.all([plant.runs.settled(running.id), plant.runs.settled(waiting.id)]);
  const [canceled, aborted] = [running, waiting].map(({ id }) => toPrediction(plant.ledger.find(id)!, plant.publicUrl()));
  expect(canceled).toMatchObject({ status: 'canceled', output: null, metrics: { predict_time: 0.04, total_time: 0.04 } });
  expect(aborted).toMatchObject({ status: 'aborted', output: null, logs: '', metrics: { total_time: 0.04 } });
  expect(plant.ledger.list().map(({ settlement }) => settlement?.priceUsd)).toEqual([0.000039, 0]);
});

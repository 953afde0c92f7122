import { randomBytes, randomInt } from 'node:crypto';
import { condense, shortHash } from '../condense.ts';
import type { Submission } from '../ledger.ts';
import type { PictureSpec } from '../picture/picture.ts';
import type { Plant } from '../plant.ts';
import { planRun } from '../run.ts';
import type { ProviderRules } from '../runs.ts';
import type { Scenario } from '../scenario.ts';
import type { Edit } from './edit-body.ts';
import type { Order } from './inputs.ts';
import { priceUsdOf, usageOf } from './tokens.ts';

/** A call on its way: what was asked, what it will cost, what is on the ledger. */
export type Generation = {
  readonly order: Order;
  /** Pictures that will be handed out. */
  readonly pictures: number;
  readonly usage: ReturnType<typeof usageOf>;
  readonly submission: Submission;
};

/** Describes an accepted call. Each has a seed of its own: the same words never give the same picture twice. */
export function describeGeneration(plant: Plant, { order, input, references }: Edit, scenario: Scenario): Generation {
  const pictures = Math.max(0, order.pictures - (scenario.fewer ? 1 : 0));
  const usage = usageOf(order, {
    pictures,
    partialPictures: order.isStreamed ? order.partialPictures * pictures : 0,
    references: references.length,
  });
  const submission: Submission = {
    id: `req_${randomBytes(16).toString('hex')}`,
    provider: 'openai',
    model: order.model,
    version: null,
    prompt: order.prompt,
    input: condense(input),
    seed: randomInt(2 ** 31),
    size: order.size,
    reference: references.length > 0 ? shortHash(references.map(({ hash }) => hash).join()) : null,
    problem: null,
    scenario,
    quoteUsd: priceUsdOf(order.model, usage),
    run: planRun(scenario, plant.latency),
    deadlineAtMs: null,
    webhook: null,
    settlement: null,
  };
  return { order, pictures, usage, submission };
}

/** What picture number `index` depends on. */
export function openaiPicture({ order, submission }: Generation, index: number): PictureSpec {
  const { model, prompt, size, format, compression, background } = order;
  const { seed, reference } = submission;
  return {
    model,
    prompt,
    seed,
    ...size,
    loras: [],
    reference,
    index,
    format,
    quality: compression,
    ...(background === 'transparent' && { transparent: true }),
  };
}

/** A call whose caller hangs up is finished and billed all the same. */
export const concludeOpenai: ProviderRules['conclude'] = ({ scenario, quoteUsd }) => {
  const hasFailed = scenario.fail || scenario['runner-error'] || scenario['content-policy'];
  return hasFailed ? { outcome: 'failed', priceUsd: 0 } : { outcome: 'succeeded', priceUsd: quoteUsd };
};

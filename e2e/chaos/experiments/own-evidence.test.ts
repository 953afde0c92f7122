import { expect, test } from 'vitest';
import { checkEvidence } from '../checks/check-evidence.ts';
import { generation, goodEvidence, purchase } from '../checks/evidence.fixture.ts';
import { ownEvidence } from './own-evidence.ts';

const users = new Set([generation.user_id]);

test('what belongs to the users of a trial stays as it is', () => {
  expect(ownEvidence(goodEvidence, users)).toEqual(goodEvidence);
});

test('what others left in the same system is nobody’s fault', () => {
  const foreign = { ...generation, generation_id: 'gen_9', user_id: 9, prompt: 'a fox mark9x9', status: 'pending', completed_at: null };
  const evidence = {
    ...goodEvidence,
    generations: [...goodEvidence.generations, foreign],
    purchases: [...goodEvidence.purchases, { ...purchase, id: 'fal-9', prompt: foreign.prompt, token: 'token-9' }],
    keys: [...goodEvidence.keys, { user_id: 9, key: 'k', generation_id: 'gen_9' }],
  };
  expect(ownEvidence(evidence, users)).toEqual(goodEvidence);
  expect(checkEvidence(ownEvidence(evidence, users)).flatMap(({ violations }) => violations)).toEqual([]);
});

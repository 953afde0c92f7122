import { join } from 'node:path';
import { temporaryFolder } from '@imagegen/embedded/temporary-folder';
import { expect, test } from 'vitest';
import { runChaos } from '../chaos/run.ts';

/** The same orders and the same choice of faults at every run; what they hit differs with the weather on the machine. */
const seed = 20_261_120;

test('three hundred orders under every kind of fault keep every promise', { timeout: 280_000 }, async () => {
  await using folder = await temporaryFolder();
  const options = { seed, n: 300, rate: 8, atOnce: 2, faults: [], quietLimitMs: 90_000, outDir: join(folder.path, 'out') };
  const { verdicts, sometimes, strikes } = await runChaos(options, () => undefined);
  expect(verdicts.flatMap(({ id, violations }) => violations.map((violation) => `${id} ${violation}`))).toEqual([]);
  expect(strikes.filter(({ hit }) => hit !== null).length).toBeGreaterThan(10);
  for (const what of ['answers lost', 'generations taken up again by another owner', 'repairs by sweepers']) {
    expect([what, sometimes[what]]).toEqual([what, expect.toSatisfy((times: number) => times > 0)]);
  }
});

import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

export type ChaosOptions = {
  seed: number;
  /** Orders. */
  n: number;
  /** Orders per second. */
  rate: number;
  /** Faults under way at the same time. */
  atOnce: number;
  /** Names of faults or groups; empty: all. */
  faults: string[];
  outDir: string;
  /** How long everything may take to come to rest. */
  quietLimitMs: number;
  /** Added to the environment of all processes. */
  env?: NodeJS.ProcessEnv;
};

/** Reads `--seed --n --rate --at-once --faults a,b --quiet SECONDS --out DIR`. Throws a RangeError for a number that is none. */
export function parseOptions(args: readonly string[]): ChaosOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      n: { type: 'string', default: '10000' },
      rate: { type: 'string', default: '6' },
      'at-once': { type: 'string', default: '2' },
      faults: { type: 'string', default: '' },
      // Answers, runs and a provider that may still call back, which is given 45 s, fit into it.
      quiet: { type: 'string', default: '60' },
      out: { type: 'string' },
    },
  });
  const seed = values.seed === undefined ? Math.floor(Date.now() / 1000) : number('seed', values.seed);
  return {
    seed,
    n: number('n', values.n),
    rate: number('rate', values.rate),
    atOnce: number('at-once', values['at-once']),
    faults: values.faults.split(',').filter(Boolean),
    quietLimitMs: number('quiet', values.quiet) * 1_000,
    outDir: resolve(
      values.out ?? join(import.meta.dirname, '../../.data/chaos', `${new Date().toISOString().replaceAll(/[:.]/g, '')}-${seed}`),
    ),
  };
}

function number(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new RangeError(`--${name} is not a number: "${text}"`);
  return value;
}

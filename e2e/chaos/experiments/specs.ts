import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { atLeast, type Experiment } from './experiment.ts';

const rootDir = resolve(import.meta.dirname, '../../..');

type Description = Omit<Experiment, 'run'> & {
  project: 'e2e' | 'services';
  files: readonly string[];
  /** Of the tests that are the experiment; default: all of the files. */
  names?: string;
};

type VitestReport = {
  numPassedTests: number;
  testResults: { message: string; assertionResults: { status: string; fullName: string; failureMessages: string[] }[] }[];
};

/** An experiment that exists as tests: they are run, and their result is read. At full scale they are the same. */
function specExperiment({ project, files, names, ...description }: Description): Experiment {
  return {
    ...description,
    async run({ outDir }) {
      const outputFile = join(outDir, 'vitest.json');
      const args = [
        'run',
        '--project',
        project,
        ...files,
        '--reporter=json',
        `--outputFile=${outputFile}`,
        ...(names ? ['-t', names] : []),
      ];
      const vitest = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', ...args], { cwd: rootDir, stdio: 'ignore' });
      const [code] = await once(vitest, 'exit');
      const { numPassedTests, testResults } = JSON.parse(await readFile(outputFile, 'utf8')) as VitestReport;
      const failed = testResults.flatMap(({ assertionResults }) => assertionResults.filter(({ status }) => status === 'failed'));
      const broken = testResults.flatMap(({ message }) => (message ? [message.slice(0, 400)] : []));
      return {
        figures: { tests: numPassedTests, failed: failed.length },
        violations: [
          ...failed.map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages[0]?.slice(0, 300)}`),
          ...(failed.length === 0 ? broken : []),
          ...(code !== 0 && failed.length + broken.length === 0 ? [`vitest ended with ${code}`] : []),
          ...atLeast(1, 'tests that ran', numPassedTests + failed.length),
        ],
      };
    },
  };
}

const webhooks = { project: 'e2e', files: ['e2e/specs/webhooks.e2e.test.ts'] } as const;

export const specs: Experiment[] = [
  specExperiment({
    ...webhooks,
    id: 'F13',
    fault: 'the answer to a submission is lost, the provider accepted',
    how: 'the simulator takes it and cuts the connection, or answers what cannot be read',
    holds: ['I3'],
    target: 'nothing submitted again, all found again by webhook or list',
    names: 'F13',
  }),
  specExperiment({
    ...webhooks,
    id: 'F14',
    fault: 'storms of webhooks',
    how: 'tenfold, early, late, never, at fal and Replicate',
    holds: ['I2', 'I5'],
    target: 'state never goes back; without any, polling does it',
    names: 'F14',
  }),
  specExperiment({
    ...webhooks,
    id: 'F15',
    fault: 'forged webhooks',
    how: 'wrong or swapped signature, old, from the future, replayed, huge, for somebody else',
    holds: ['I2'],
    target: 'all refused, no change of state',
    names: 'F15',
  }),
];

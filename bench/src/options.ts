import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export type BenchOptions = {
  /** accept: rounds per server and number of connections. */
  rounds: number;
  /** accept: of one round. e2e, events: of the measured run. subscribers: of idling. */
  seconds: number | null;
  /** e2e, events: generations per second. */
  rate: number;
  /** subscribers: open connections per view. */
  subscribers: number;
  /** history: generations in the table. */
  rows: number;
  /** history: where the seeded database is kept and found again; null: nothing is kept. */
  dataDir: string | null;
  /** Where CPU profiles of our processes go; null: none are taken. They slow the run down. */
  profileDir: string | null;
};

/** What every bench gets: its options, where its lines go, and what ends it early. */
export type BenchRun = BenchOptions & { print: (text: string) => void; signal: AbortSignal };

const benchNames = ['accept', 'e2e', 'history', 'events', 'subscribers'] as const;

type Command = BenchOptions & { bench: (typeof benchNames)[number]; jsonFile: string | null };

const usage = `pnpm bench accept [--rounds N] [--seconds N] [--json FILE] [--profile DIR]
pnpm bench e2e [--rate N] [--seconds N] [--json FILE] [--profile DIR]
pnpm bench history [--rounds N] [--rows N] [--data DIR] [--json FILE]
pnpm bench events [--rate N] [--seconds N] [--json FILE] [--profile DIR]
pnpm bench subscribers [--subscribers N] [--seconds N] [--json FILE]`;

/** Throws UsageError. */
export function readOptions(args: string[]): Command {
  const { values, positionals } = parse(args);
  const [name, ...rest] = positionals;
  const bench = benchNames.find((each) => each === name);
  if (!bench || rest.length > 0) throw new UsageError(usage);
  return {
    bench,
    rounds: count('rounds', values.rounds) ?? 5,
    seconds: count('seconds', values.seconds),
    rate: count('rate', values.rate) ?? (bench === 'events' ? 100 : 50),
    subscribers: count('subscribers', values.subscribers) ?? 2_000,
    rows: count('rows', values.rows) ?? 1_000_000,
    dataDir: values.data ? resolve(values.data) : null,
    jsonFile: values.json ? resolve(values.json) : null,
    profileDir: values.profile ? resolve(values.profile) : null,
  };
}

function parse(args: string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { rounds: text, seconds: text, rate: text, subscribers: text, rows: text, data: text, json: text, profile: text },
    });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}

function count(name: string, value: string | undefined): number | null {
  if (value === undefined) return null;
  if (!/^[1-9]\d{0,6}$/.test(value)) throw new UsageError(`--${name} must be a whole number from 1\n${usage}`);
  return Number(value);
}

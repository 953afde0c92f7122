import { newToken } from '@imagegen/runtime/ids';
import { type CreditStore, openCreditStore } from '../credit-store.ts';
import { parseOptions } from '../parse-options.ts';
import { UsageError } from '../usage-error.ts';

const help = `pnpm credits grant --user <name> --amount <credits> [--key <what makes it happen once>] [--note <what for>]
pnpm credits balance --user <name>
pnpm credits history --user <name> [--limit 20]

Asks the gateway at GATEWAY_URL with the admin key in GATEWAY_KEY, else the database at DATABASE_URL, else the system of pnpm dev.
`;

const options = {
  user: { type: 'string' },
  amount: { type: 'string' },
  key: { type: 'string' },
  note: { type: 'string' },
  limit: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

type Outcome = { result: object; text: string };

/** `pnpm credits`: grants credits, and shows what somebody has and what became of it. */
export async function credits(args: string[]): Promise<void> {
  const { positionals, values } = parseOptions(args, options);
  if (values.has('help')) return void process.stdout.write(help);
  const [verb, ...rest] = positionals;
  if (rest.length > 0) throw new UsageError('That is one word too many: see --help.');
  const perform = commandOf(verb, (name) => values.get(name)?.at(-1)?.trim() || undefined);
  await using store = await openCreditStore(process.env);
  const { result, text } = await perform(store);
  process.stdout.write(values.has('json') ? `${JSON.stringify(result)}\n` : `${text}\n`);
}

function commandOf(verb: string | undefined, option: (name: string) => string | undefined): (store: CreditStore) => Promise<Outcome> {
  if (verb !== 'grant' && verb !== 'balance' && verb !== 'history') throw new UsageError('Say grant, balance or history: see --help.');
  const user = option('user');
  if (!user) throw new UsageError('--user is required: the name of a user, as in pnpm keys list.');
  if (verb === 'grant') return grant(user, option);
  if (verb === 'balance') {
    return async (store) => {
      const result = await store.balance(user);
      return { result, text: `${user}: ${result.available ?? 'unlimited'} available, ${result.held} held` };
    };
  }
  const limit = Number(option('limit') ?? 20);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) throw new UsageError('--limit must be a whole number from 1 to 100.');
  return async (store) => {
    const result = await store.history(user, limit);
    return { result: { items: result }, text: result.map(lineOf).join('\n') };
  };
}

function grant(user: string, option: (name: string) => string | undefined): (store: CreditStore) => Promise<Outcome> {
  const amount = Number(option('amount'));
  if (!/^\d+(\.\d{1,6})?$/.test(option('amount') ?? '') || amount <= 0)
    throw new UsageError('--amount must be credits above 0, with at most six decimals.');
  const key = option('key') ?? newToken();
  return async (store) => {
    const result = await store.grant({ user, amount, key, note: option('note') });
    const text = result.replayed
      ? `${key} was used before: ${user} was granted ${amount} credits then.`
      : `${user} was granted ${amount} credits.`;
    return { result, text };
  };
}

function lineOf({ created_at, kind, amount, change, generation_id, note }: Awaited<ReturnType<CreditStore['history']>>[number]): string {
  const moved = change === 0 ? `(${amount})` : `${change > 0 ? '+' : ''}${change}`;
  return [created_at, kind, moved, generation_id, note].filter((part) => part !== null).join('  ');
}

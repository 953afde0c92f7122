import { type KeyStore, openKeyStore } from '../key-store.ts';
import { parseOptions } from '../parse-options.ts';
import { UsageError } from '../usage-error.ts';

const help = `pnpm keys create --user <name> [--role user|admin] [--scopes read,generate] [--name <what for>]
pnpm keys list
pnpm keys revoke <id>

Asks the gateway at GATEWAY_URL with the admin key in GATEWAY_KEY, else the database at DATABASE_URL (for the very first key),
else the system of pnpm dev.
`;

const scopes = ['read', 'generate', 'beta', 'admin'] as const;
const options = {
  user: { type: 'string' },
  role: { type: 'string' },
  scopes: { type: 'string' },
  name: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

/** `pnpm keys`: makes, lists and revokes API keys. A new key is on standard output alone, shown this once. */
export async function keys(args: string[]): Promise<void> {
  const { positionals, values } = parseOptions(args, options);
  if (values.has('help')) return void process.stdout.write(help);
  const [verb, id, ...rest] = positionals;
  if (rest.length > 0 || (verb !== 'revoke' && id !== undefined)) throw new UsageError('That is one word too many: see --help.');
  const perform = commandOf(verb, id, values);
  await using store = await openKeyStore(process.env);
  const { result, text } = await perform(store);
  process.stdout.write(values.has('json') ? `${JSON.stringify(result)}\n` : `${text}\n`);
}

type Outcome = { result: object; text: string };

function commandOf(verb: string | undefined, id: string | undefined, values: Map<string, string[]>): (store: KeyStore) => Promise<Outcome> {
  if (verb === 'create') {
    const wish = readWish(values);
    return async (store) => {
      const result = await store.create(wish);
      process.stderr.write(`${result.id}: ${result.role} ${wish.user}, scopes ${result.scopes.join(', ')}. The key is shown this once:\n`);
      return { result, text: result.key };
    };
  }
  if (verb === 'list') {
    return async (store) => {
      const result = await store.list();
      return { result: { keys: result }, text: result.map(lineOf).join('\n') };
    };
  }
  if (verb !== 'revoke' || !id) throw new UsageError('Say create, list or revoke <id>: see --help.');
  return async (store) => {
    const result = await store.revoke(id);
    return { result, text: `${result.id} is revoked.` };
  };
}

function readWish(values: Map<string, string[]>): Parameters<KeyStore['create']>[0] {
  const last = (name: string) => values.get(name)?.at(-1);
  const user = last('user')?.trim();
  if (!user) throw new UsageError('--user is required: the name of who will use the key.');
  const role = last('role');
  if (role !== undefined && role !== 'user' && role !== 'admin') throw new UsageError('--role must be user or admin.');
  const asked = last('scopes')
    ?.split(',')
    .map((scope) => scope.trim());
  const unknown = asked?.filter((scope) => !scopes.some((known) => known === scope)) ?? [];
  if (unknown.length > 0) throw new UsageError(`--scopes must be of ${scopes.join(', ')}; not ${unknown.join(', ')}.`);
  const defaults = role === 'admin' ? scopes : scopes.slice(0, 2);
  const granted = asked ? scopes.filter((scope) => asked.includes(scope)) : defaults;
  if (granted.includes('admin') && role !== 'admin') throw new UsageError('The scope admin goes with --role admin.');
  return { user, name: last('name') ?? user, role, scopes: [...granted] };
}

function lineOf(key: Awaited<ReturnType<KeyStore['list']>>[number]): string {
  const state = key.revoked_at ? `revoked ${key.revoked_at}` : `last used ${key.last_used_at ?? 'never'}`;
  return [key.id, key.role, key.user, key.scopes.join(','), state, key.name].join('  ');
}

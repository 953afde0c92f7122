import { parseArgs } from 'node:util';
import { suggestName } from '@imagegen/core/validation/suggest';
import { UsageError } from './usage-error.ts';

type OptionTable = Record<string, { type: 'string' | 'boolean'; short?: string }>;

export type ParsedOptions = { positionals: string[]; values: Map<string, string[]> };

/**
 * Splits a command line. Unlike `parseArgs` in its strict form, a value may start with one dash (`--seed -1`), and errors name the nearest
 * option. A first `--` is ignored: npm wants one there. Booleans have an empty list of values.
 */
export function parseOptions(args: readonly string[], table: OptionTable): ParsedOptions {
  const { tokens } = parseArgs({
    args: args[0] === '--' ? args.slice(1) : [...args],
    options: table,
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  const parsed: ParsedOptions = { positionals: [], values: new Map() };
  for (const token of tokens) {
    if (token.kind === 'positional') parsed.positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(table, token.name) ? table[token.name] : undefined;
    if (!option) throw new UsageError(unknownOption(token, Object.keys(table)));
    const values = parsed.values.get(token.name) ?? [];
    parsed.values.set(token.name, values);
    if (option.type === 'boolean') {
      if (token.value !== undefined) throw new UsageError(`${token.rawName} takes no value.`);
    } else if (token.value === undefined || (!token.inlineValue && token.value.startsWith('--'))) {
      throw new UsageError(`${token.rawName} needs a value.`);
    } else values.push(token.value);
  }
  return parsed;
}

function unknownOption({ name, rawName }: { name: string; rawName: string }, known: string[]): string {
  const nearest = suggestName(name, known);
  return `There is no option ${rawName}${nearest ? `; did you mean --${nearest}?` : ': see --help.'}`;
}

import { readFileSync } from 'node:fs';

/** The name of every column there is, as the row types list them. */
export function databaseColumns(): string[] {
  const text = readFileSync(new URL('../../packages/db/src/tables.ts', import.meta.url), 'utf8');
  const tables = [...text.matchAll(/^type \w+Table = \{\n([\s\S]*?)^\};/gm)].map(([, columns]) => columns ?? '');
  return [...new Set(tables.flatMap((columns) => [...columns.matchAll(/^ {2}(\w+): /gm)].map(([, name]) => name ?? '')))];
}

import { globSync, readFileSync } from 'node:fs';

/** The name of every column there is, as the row types list them. */
export function databaseColumns(): string[] {
  const cwd = new URL('../../packages/db/src/', import.meta.url).pathname;
  const text = globSync('*tables.ts', { cwd })
    .map((file) => readFileSync(`${cwd}${file}`, 'utf8'))
    .join('\n');
  const tables = [...text.matchAll(/^type \w+Table = \{\n([\s\S]*?)^\};/gm)].map(([, columns]) => columns ?? '');
  return [...new Set(tables.flatMap((columns) => [...columns.matchAll(/^ {2}(\w+): /gm)].map(([, name]) => name ?? '')))];
}

import { readFileSync, writeFileSync } from 'node:fs';

/** `pnpm new:migration add-colour`: writes a dated migration and lists it in the index. */
const name = process.argv[2];
if (!name || !/^[a-z][a-z0-9-]*$/.test(name)) {
  process.stderr.write('Usage: pnpm new:migration <name-in-kebab-case>\n');
  process.exit(2);
}

const folder = new URL('../migrations/', import.meta.url);
const stamp = new Date().toISOString().replace(/[-:]/g, '').replace(/\..*/, '');
const file = `${stamp}-${name}`;
const variable = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

writeFileSync(
  new URL(`${file}.ts`, folder),
  `import { type Kysely, sql } from 'kysely';\n\nexport async function up(db: Kysely<unknown>): Promise<void> {\n  await sql\`select 1\`.execute(db);\n}\n`,
  { flag: 'wx' },
);

const indexUrl = new URL('index.ts', folder);
const index = readFileSync(indexUrl, 'utf8')
  .replace('\n\n/**', `\nimport * as ${variable} from './${file}.ts';\n\n/**`)
  .replace('\n};', `\n  '${file}': ${variable},\n};`);
writeFileSync(indexUrl, index);
process.stdout.write(`packages/db/src/migrations/${file}.ts\n`);

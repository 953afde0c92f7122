import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, relative } from 'node:path';

/** The conventions that no linter knows, checked on the tree itself. Each problem is one line; any problem fails the build. */
const root = new URL('../', import.meta.url).pathname;
const files = globSync('{apps,packages,e2e,bench,tooling}/**/*.{ts,tsx}', { cwd: root, exclude: (name) => /node_modules|dist/.test(name) });
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');
const problems: string[] = [];

for (const file of files) {
  const name = basename(file).replace(/(\.[a-z0-9]+)*\.tsx?$/, '');
  if (/^(utils|helpers?|common|misc|lib|types|manager)$/.test(name) && !file.includes('/trpc/routers/'))
    problems.push(`${file}: "${name}" says nothing about what is inside`);
  if (name !== name.toLowerCase() && !file.includes('/migrations/')) problems.push(`${file}: names are kebab-case`);
  const text = read(file);
  const isTest = /\.test\.ts$/.test(file);
  const lines = text.split('\n').filter((line) => line.trim() && !/^\s*(\/\/|\/?\*)/.test(line)).length;
  const limit = isTest ? 600 : 300;
  const isTable = /catalogue\.ts$|migrations\//.test(file);
  if (lines > limit && !isTable) problems.push(`${file}: ${lines} lines of code, at most ${limit}`);
  if (/\bvi\.(mock|doMock)\(/.test(text)) problems.push(`${file}: replace ports, not modules`);
  const readsEnvironment = /process\.env\b/.test(text) && !isTest;
  if (
    readsEnvironment &&
    /^(apps\/(gateway|fal|replicate|openai|simulator)|packages\/(core|db|bus|vault|worker|runtime))\//.test(file) &&
    !/main\.ts$|config\.ts$/.test(file)
  ) {
    problems.push(`${file}: the environment is read in main.ts and parsed in config.ts`);
  }
  if (file.startsWith('packages/core/src') && !isTest && /from '(?!zod'|\.)/.test(text))
    problems.push(`${file}: core imports zod and nothing else`);
  if (/sql\.(raw|ref|lit)\(/.test(text)) problems.push(`${file}: SQL takes parameters, never text`);
}

for (const app of ['gateway', 'fal', 'replicate', 'openai', 'simulator']) {
  for (const file of ['main.ts', 'config.ts']) {
    if (!existsSync(`${root}apps/${app}/src/${file}`)) problems.push(`apps/${app}/src/${file}: is missing`);
  }
  const entry = read(`apps/${app}/src/main.ts`).split('\n').length;
  if (entry > 25) problems.push(`apps/${app}/src/main.ts: ${entry} lines, an entry has at most 25`);
}

const listed = read('packages/db/src/migrations/index.ts');
for (const file of globSync('packages/db/src/migrations/2*.ts', { cwd: root })) {
  const name = basename(file, '.ts');
  if (!listed.includes(`'${name}'`)) problems.push(`${file}: is not listed in migrations/index.ts`);
}

const documented = new Set([...read('.env.example').matchAll(/^#?\s*([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name));
const configs = globSync('{apps/*/src/*config.ts,packages/{vault,worker}/src/*.ts}', { cwd: root }).filter(
  (file) => !file.includes('.test.'),
);
for (const file of configs) {
  for (const [, name] of read(file).matchAll(/^\s+([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|PORT|HOST): (?:envSchema|z)\b/gm)) {
    if (name && !documented.has(name)) problems.push(`${relative('.', file)}: ${name} is missing from .env.example`);
  }
}

for (const problem of problems) process.stderr.write(`${problem}\n`);
process.stdout.write(`shape: ${files.length} files, ${problems.length} problems\n`);
process.exit(problems.length > 0 ? 1 : 0);

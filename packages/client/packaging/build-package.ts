import { execFileSync } from 'node:child_process';
import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { declareRouter } from './declare-router.ts';

/**
 * `node packaging/build-package.ts`: makes `dist`, which is what gets published: modules and their types for browsers and Node alike, with
 * the gateway's contract written out and nothing of the workspace in it. What is public is listed in `packaging/tsconfig.json`.
 */
const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const readJson = (file: string) => JSON.parse(readFileSync(file, 'utf8'));
const gatewayRouter = '@imagegen/gateway/trpc/app-router';

rmSync(path('dist'), { recursive: true, force: true });
mkdirSync(path('dist'));
writeFileSync(path('dist/app-router.d.ts'), declareRouter(path('tsconfig.json'), fileURLToPath(import.meta.resolve(gatewayRouter))));
compile();
for (const file of globSync(path('dist/**/*.d.ts'))) writeFileSync(file, publishable(file));
copyFileSync(path('README.md'), path('dist/README.md'));
writeFileSync(path('dist/package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);

function compile(): void {
  const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));
  execFileSync(process.execPath, [tsc, '-p', path('packaging/tsconfig.json')], { stdio: 'inherit' });
}

/** Declarations name modules as the sources do; readers find only what was built. */
function publishable(file: string): string {
  const router = `./${relative(dirname(file), path('dist/app-router.js'))}`;
  return readFileSync(file, 'utf8')
    .replaceAll(gatewayRouter, router)
    .replace(/(['"]\.{1,2}\/[^'"]+)\.ts(?=['"])/g, '$1.js');
}

function manifest() {
  const { name, version, description, type, dependencies } = readJson(path('package.json'));
  const { files }: { files: string[] } = readJson(path('packaging/tsconfig.json'));
  const modules = files.map((file) => file.replace('../src/', './').replace(/\.ts$/, ''));
  return {
    name,
    version,
    description,
    license: 'UNLICENSED',
    type,
    sideEffects: false,
    engines: { node: '>=22.12' },
    exports: Object.fromEntries(modules.map((module) => [module, { types: `${module}.d.ts`, default: `${module}.js` }])),
    dependencies: Object.fromEntries(Object.keys(dependencies).map((dependency) => [dependency, `^${installedVersion(dependency)}`])),
  };
}

function installedVersion(dependency: string): string {
  return readJson(path(`node_modules/${dependency}/package.json`)).version;
}

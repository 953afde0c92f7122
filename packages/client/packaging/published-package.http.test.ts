import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startScriptedGateway } from '../src/scripted-gateway.fixture.ts';
import { expectedErrors, programs } from './consumer.fixture.ts';

const run = promisify(execFile);
const client = fileURLToPath(new URL('../', import.meta.url));
const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));

let consumer: string;
let installed: string;
let packed: string[];

/** An empty project with the tarball in it, unpacked as an installer does; what the package depends on comes from this workspace. */
beforeAll(async () => {
  await run(process.execPath, [join(client, 'packaging/build-package.ts')]);
  consumer = await mkdtemp(join(tmpdir(), 'imagegen-consumer-'));
  installed = join(consumer, 'node_modules/@imagegen/client');
  const { stdout } = await run('npm', ['pack', join(client, 'dist'), '--pack-destination', consumer, '--json'], { cwd: consumer });
  const [tarball] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[];
  packed = tarball!.files.map(({ path }) => path);
  await mkdir(installed, { recursive: true });
  await run('tar', ['-xzf', join(consumer, tarball!.filename), '--strip-components=1', '-C', installed]);
  for (const dependency of Object.keys(manifest().dependencies)) {
    const link = join(consumer, 'node_modules', dependency);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(client, 'node_modules', dependency), link);
  }
  await writeFile(join(consumer, 'package.json'), JSON.stringify({ type: 'module', private: true }));
  for (const [name, text] of Object.entries(programs)) await writeFile(join(consumer, name), text);
  const readme = readFileSync(join(installed, 'README.md'), 'utf8');
  await writeFile(join(consumer, 'readme.ts'), [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, example]) => example).join('\n'));
});
afterAll(() => rm(consumer, { recursive: true, force: true }));

function manifest(): { dependencies: Record<string, string>; exports: Record<string, { types: string; default: string }> } {
  return JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
}

/** What the compiler says of the consumer's programs and of the package, as `wrong.ts:7 TS2561`; other packages answer for themselves. */
async function typecheck(compilerOptions: Record<string, unknown>): Promise<string[]> {
  const strict = { strict: true, noEmit: true, target: 'es2022', types: [], lib: ['es2022', 'dom', 'dom.iterable'] };
  await writeFile(
    join(consumer, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...strict, ...compilerOptions }, files: ['right.ts', 'readme.ts', 'wrong.ts'] }),
  );
  const { stdout } = await run(process.execPath, [tsc, '--pretty', 'false'], { cwd: consumer }).catch(
    (refused: { stdout: string }) => refused,
  );
  return [...stdout.matchAll(/^(?!\.\.)(\S+)\((\d+),\d+\): error (TS\d+)/gm)].map(([, file, line, code]) => `${file}:${line} ${code}`);
}

describe('the published package', () => {
  it('contains what was built, a README and a manifest, and nothing of the workspace', () => {
    expect(packed.filter((path) => !/^[\w/-]+(\.d\.ts|\.js)$/.test(path))).toEqual(['README.md', 'package.json']);
    for (const path of packed.filter((name) => name !== 'README.md')) {
      const text = readFileSync(join(installed, path), 'utf8');
      expect(text, path).not.toMatch(/@imagegen\/(?!client")|workspace:|catalog:|\.ts'|from '(node:|zod|fastify)/);
    }
  });

  it('names its dependencies by versions, and only modules that are there', () => {
    const { dependencies, exports } = manifest();
    expect(Object.values(dependencies).every((version) => /^\^\d+\.\d+\.\d+$/.test(version))).toBe(true);
    const modules = Object.values(exports).flatMap((module) => [module.types, module.default]);
    expect(modules.filter((module) => !existsSync(join(installed, module)))).toEqual([]);
  });

  it.each([
    ['Node', { module: 'nodenext' }],
    ['a bundler', { module: 'esnext', moduleResolution: 'bundler', exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true }],
  ])('compiles in right programs, the README among them, and refuses every wrong line, for %s', async (_, options) => {
    expect(await typecheck(options)).toEqual(expectedErrors);
  });

  it('runs in Node', async () => {
    await using gateway = await startScriptedGateway();
    const picture = { request_id: 'req_1', status: 'completed', images: [{ url: 'https://a/1' }] };
    gateway.replies['POST /api:f0PVlTz_/smart_generate'] = [{ status: 202, body: picture }];
    gateway.replies['GET /api/generations/req_1/status'] = [{ body: picture }];
    const { stdout } = await run(process.execPath, ['run.mjs', gateway.url], { cwd: consumer });
    expect(JSON.parse(stdout)).toEqual({ status: 'completed', told: [0, 0, 50, 100], urls: ['https://a/1'] });
  });

  it('goes into a browser bundle', async () => {
    const { outputFiles } = await build({
      entryPoints: [join(consumer, 'right.ts')],
      bundle: true,
      platform: 'browser',
      format: 'esm',
      write: false,
      logLevel: 'silent',
    });
    expect(outputFiles[0]?.text).not.toMatch(/node:|\brequire\(/);
  });
});

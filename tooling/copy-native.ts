import { cpSync, existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

/**
 * `node tooling/copy-native.ts /native`: fills `/native/node_modules` with what bundles leave outside (sharp) and what that needs, each
 * package as an ordinary folder, at the versions of the lockfile. Optional packages that this platform did not install are left out.
 */
const target = process.argv[2];
if (!target) throw new Error('where to?');

type Manifest = { dependencies?: Record<string, string>; optionalDependencies?: Record<string, string> };

const copied = new Set<string>();
copy('sharp', new URL('../packages/vault/node_modules', import.meta.url).pathname);

/** `modules` is the `node_modules` in which the dependent finds `name`. pnpm keeps a package's own dependencies beside it. */
function copy(name: string, modules: string): void {
  if (copied.has(name)) return;
  copied.add(name);
  const folder = realpathSync(join(modules, name));
  cpSync(folder, join(target ?? '', 'node_modules', name), { recursive: true });
  const { dependencies = {}, optionalDependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const beside = join(folder, ...name.split('/').map(() => '..'));
  for (const needed of Object.keys(dependencies)) copy(needed, beside);
  for (const possible of Object.keys(optionalDependencies)) if (existsSync(join(beside, possible))) copy(possible, beside);
}

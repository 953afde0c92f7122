import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * Builds the console unless what was built is newer than everything it is made of. Returns the folder, or null when the build failed: the
 * rest of the system does without.
 */
export async function buildConsole(rootDir: string): Promise<string | null> {
  const folder = join(rootDir, 'apps/console');
  const built = join(folder, 'dist');
  if (changedAt(join(built, 'index.html')) > newestSource(rootDir)) return built;
  const vite = join(createRequire(join(folder, 'package.json')).resolve('vite/package.json'), '../bin/vite.js');
  const build = spawn(process.execPath, [vite, 'build', '--logLevel', 'error'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(build, 'exit');
  return code === 0 ? built : null;
}

function newestSource(rootDir: string): number {
  const sources = globSync('apps/console/{index.html,vite.config.ts,package.json,src/**/*}', { cwd: rootDir });
  return Math.max(...sources.map((path) => changedAt(join(rootDir, path))));
}

/** Milliseconds; 0 for a file that is not there. */
function changedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

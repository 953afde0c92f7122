import { join, resolve } from 'node:path';

/** The checkout this program belongs to. */
export const repositoryRoot = join(import.meta.dirname, '../../..');

/** Where the system keeps what it keeps; a relative `DATA_DIR` is relative to the checkout. */
export function dataDirOf(env: NodeJS.ProcessEnv): string {
  return resolve(repositoryRoot, env.DATA_DIR || '.data');
}

/** Where the user ran the command: pnpm runs scripts in the checkout and tells the place in `INIT_CWD`. */
export function userDirOf(env: NodeJS.ProcessEnv): string {
  return env.INIT_CWD || process.cwd();
}

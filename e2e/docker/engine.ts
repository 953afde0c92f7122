import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';

const root = resolve(import.meta.dirname, '../..');

/** Runs `docker` against whatever engine DOCKER_HOST and the context name; what it prints. Throws with its last words when it fails. */
export async function docker(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const child = spawn('docker', args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'close');
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  if (code !== 0) throw new Error(`docker ${args.join(' ')} ended with ${code}:\n${(err || out).split('\n').slice(-25).join('\n')}`);
  return out.trim();
}

/** Docker's own words when there is no engine to talk to, or nothing to talk with. */
export async function whyNoEngine(): Promise<string | null> {
  try {
    await docker(['version']);
    await docker(['compose', 'version']);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export async function inspect<Found>(kind: 'image' | 'container', names: readonly string[]): Promise<Found[]> {
  return JSON.parse(await docker([kind, 'inspect', ...names])) as Found[];
}

export type Installation = {
  readonly url: string;
  compose(...args: string[]): Promise<string>;
  /** Ids of a service's containers, stopped ones too. */
  containersOf(service: string): Promise<string[]>;
};

type Wish = { project: string; port: number; files: readonly string[] };

/** The repository's compose files under a project name, and so with volumes and networks, of their own. */
export function installation({ project, port, files }: Wish): Installation {
  const env = { ...process.env, PORT: String(port), PUBLIC_BASE_URL: `http://127.0.0.1:${port}`, IMAGE_PREFIX: project };
  const compose = (...args: string[]) => docker(['compose', '-p', project, ...files.flatMap((file) => ['-f', file]), ...args], env);
  return {
    url: env.PUBLIC_BASE_URL,
    compose,
    containersOf: async (service) => (await compose('ps', '--all', '--quiet', service)).split('\n').filter(Boolean),
  };
}

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from '@imagegen/embedded/temporary-folder';

const run = promisify(execFile);
const readme = readFileSync(resolve(import.meta.dirname, '../../README.md'), 'utf8');

/** The README's examples of one language, with the gateway they are tried against in place of the one they name. */
export function examplesOf(language: 'bash' | 'ts', gatewayUrl: string): string[] {
  const blocks = readme.matchAll(/^```(\w+)\n(.*?)^```/gms);
  return [...blocks]
    .filter(([, named]) => named === language)
    .map(([, , text = '']) => text.replaceAll('http://127.0.0.1:3000', gatewayUrl));
}

/** What a shell makes of one `curl` command, sent without curl. */
export async function sendCurl(command: string): Promise<{ status: number; body: unknown }> {
  const { stdout } = await run('bash', ['-c', `curl() { printf '%s\\0' "$@"; }\n${command}`]);
  const words = stdout.split('\0').slice(0, -1);
  const headers = new Headers();
  let url = '';
  let body: string | undefined;
  while (words.length > 0) {
    const word = words.shift() ?? '';
    if (word === '-s') continue;
    if (word === '-H') {
      const [name = '', value = ''] = (words.shift() ?? '').split(': ');
      headers.set(name, value);
    } else if (word === '-d') body = words.shift();
    else url = word;
  }
  const answer = await fetch(url, body === undefined ? { headers } : { method: 'POST', headers, body });
  return { status: answer.status, body: await answer.json() };
}

/** Runs a program in a folder where this workspace's packages are installed; what it prints. Throws when it fails. */
export async function runProgram(text: string): Promise<string> {
  await using folder = await temporaryFolder();
  await symlink(resolve(import.meta.dirname, '../node_modules'), join(folder.path, 'node_modules'));
  await writeFile(join(folder.path, 'package.json'), '{"type":"module"}');
  await writeFile(join(folder.path, 'program.ts'), text);
  return (await run(process.execPath, ['program.ts'], { cwd: folder.path })).stdout;
}

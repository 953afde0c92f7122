import { setTimeout as pause } from 'node:timers/promises';
import { docker, type Installation, inspect } from './engine.ts';
import { completed, generate, readStatus } from './gateway-calls.ts';

/** The simulator's ledger, read from inside: nobody else reaches it. */
async function submissionsOf(installed: Installation, mark: string): Promise<number> {
  const script = "fetch('http://127.0.0.1:4000/sim/ledger').then((answer) => answer.text()).then((text) => process.stdout.write(text))";
  const ledger = JSON.parse(await installed.compose('exec', '-T', 'simulator', 'node', '-e', script)) as { submissions: object[] };
  return ledger.submissions.filter((submission) => JSON.stringify(submission).includes(mark)).length;
}

/** Kills the process of a provider service in mid-generation: Docker starts it again, and the picture comes, paid once. */
export async function killWorker(installed: Installation): Promise<string> {
  const mark = `killed ${Date.now()}`;
  const requestId = await generate(installed.url, `A lighthouse, ${mark} sim:latency=4000`);
  while ((await submissionsOf(installed, mark)) === 0) await pause(50);
  const killed: string[] = [];
  for (const service of ['fal', 'replicate', 'openai']) {
    // Every process but init. The engine would take `docker kill` for a wish not to be started again.
    await installed.compose('exec', '-T', service, 'sh', '-c', 'kill -9 -1').catch(() => undefined);
    killed.push(...(await installed.containersOf(service)));
  }
  if ((await readStatus(installed.url, requestId)).status === 'completed') throw new Error('it was completed before the kill');
  await completed(installed.url, requestId);
  const states = await inspect<{ Name: string; RestartCount: number }>('container', killed);
  for (const { Name, RestartCount } of states) if (RestartCount === 0) throw new Error(`${Name} was not started again`);
  const submissions = await submissionsOf(installed, mark);
  if (submissions !== 1) throw new Error(`the provider was asked ${submissions} times`);
  return 'completed after the restart, the provider asked once';
}

/** Restarts Postgres under generations; every one that was accepted is completed. */
export async function restartPostgres(installed: Installation): Promise<string> {
  const prompts = Array.from({ length: 8 }, (_, index) => `A harbour ${index} sim:latency=3000`);
  const accepted = await Promise.all(prompts.map((prompt) => generate(installed.url, prompt)));
  await installed.compose('restart', 'postgres');
  await Promise.all(accepted.map((requestId) => completed(installed.url, requestId)));
  return `${accepted.length} of ${accepted.length} completed`;
}

/** Throws when the image cannot be had here. */
export async function obtain(image: string): Promise<void> {
  await docker(['image', 'inspect', image]).catch(() => docker(['pull', '--quiet', image]));
}

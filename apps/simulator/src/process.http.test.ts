import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';

let folder: string;
const running: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'simulator-'));
});

afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

async function startProcess(environment: Record<string, string>): Promise<{ child: ChildProcess; url: string }> {
  const main = join(import.meta.dirname, 'main.ts');
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, SIMULATOR_PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.push(child);
  const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
  const started = JSON.parse(line) as { event: string; url: string };
  expect(started.event).toBe('listening');
  return { child, url: started.url };
}

const headers = { authorization: 'Bearer x', 'content-type': 'application/json' };

function predict(url: string, prompt: string, extra: Record<string, string> = {}): Promise<Response> {
  const path = '/replicate/v1/models/black-forest-labs/flux-schnell/predictions';
  return fetch(`${url}${path}`, {
    method: 'POST',
    headers: { ...headers, ...extra },
    body: JSON.stringify({ input: { prompt, seed: 1 } }),
  });
}

it('remembers after a kill what was billed, and finishes what was running', async () => {
  const environment = { SIMULATOR_LEDGER_FILE: join(folder, 'ledger.ndjson') };
  const first = await startProcess(environment);
  const billed = (await (await predict(first.url, 'billed sim:latency=0', { prefer: 'wait' })).json()) as { id: string; output: string[] };
  const pictureOf = async (url: string, { output }: { output: string[] }) =>
    Buffer.from(await (await fetch(`${url}${new URL(output[0]!).pathname}`)).arrayBuffer());
  const picture = await pictureOf(first.url, billed);
  const unfinished = (await (await predict(first.url, 'unfinished sim:latency=500')).json()) as { id: string };
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  await appendFile(environment.SIMULATOR_LEDGER_FILE, '{"settled":"a line cut by the ki');

  const second = await startProcess(environment);
  const statusOf = async (id: string) => {
    const response = await fetch(`${second.url}/replicate/v1/predictions/${id}`, { headers });
    return ((await response.json()) as { status: string }).status;
  };
  expect(await statusOf(billed.id)).toBe('succeeded');
  await expect.poll(() => statusOf(unfinished.id), { interval: 20 }).toBe('succeeded');
  expect(await pictureOf(second.url, billed)).toEqual(picture);
  const { submissions } = (await (await fetch(`${second.url}/sim/ledger`)).json()) as { submissions: object[] };
  expect(submissions).toMatchObject([
    { provider_request_id: billed.id, billed: true, price_usd: 0.003 },
    { provider_request_id: unfinished.id, billed: true, price_usd: 0.003 },
  ]);
});

it('ends at once on SIGTERM, whatever is still waiting', async () => {
  const { child, url } = await startProcess({});
  const held = predict(url, 'a fox sim:never', { prefer: 'wait' }).then(
    () => 'answered',
    () => 'cut',
  );
  await expect
    .poll(async () => ((await (await fetch(`${url}/sim/ledger`)).json()) as { submissions: object[] }).submissions.length)
    .toBe(1);
  const exited = once(child, 'exit');
  const askedAtMs = performance.now();
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
  expect(performance.now() - askedAtMs).toBeLessThan(2_000);
  expect(await held).toBe('cut');
});

it('refuses an environment it cannot use', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: { ...process.env, SIMULATOR_LATENCY_MS: '300-100' },
    stdio: 'ignore',
  });
  expect(await once(child, 'exit')).toEqual([78, null]);
});

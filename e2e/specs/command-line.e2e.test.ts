import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GenerationOutput } from '@imagegen/client/procedure-types';
import { type TemporaryFolder, temporaryFolder } from '@imagegen/embedded/temporary-folder';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { processesOn, runGenerate, startGenerate } from '../src/command-line.ts';
import { uniquePrompt } from '../src/generate.ts';
import { purchasesOf } from '../src/ledger.ts';
import { decodePicture } from '../src/picture.ts';
import { sharedSystem } from '../src/shared-system.ts';

const example = ['A beautiful sunset over mountains', '--lora', '309:1.2', '--seed', '12345', '--priority', 'quality'];

let folder: TemporaryFolder;
let dataDir: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  dataDir = join(folder.path, 'data');
});
afterAll(() => folder[Symbol.asyncDispose]());

/** A folder for pictures, and the shared system to make them on. */
function onSharedSystem(name: string, key = 'ig_dev_user1') {
  const env = { GATEWAY_URL: sharedSystem.gatewayUrl, GATEWAY_KEY: key };
  return { dataDir, outDir: join(folder.path, name), env };
}

describe('generate starts what is missing', () => {
  test('the example makes a picture with its receipt, twice the same, and leaves no process behind', async () => {
    const outDir = join(folder.path, 'example');
    const first = await runGenerate(example, { dataDir, outDir });
    expect(first.exitCode, first.stderr).toBe(0);
    expect(first.stdout).toMatch(/flux-juggernaut/);
    expect(first.stdout).toMatch(/12345/);
    expect(processesOn(dataDir)).toEqual([]);

    const second = await runGenerate([...example, '--json'], { dataDir, outDir });
    expect(second.exitCode, second.stderr).toBe(0);
    const output = JSON.parse(second.stdout) as GenerationOutput & { files: string[] };
    expect(output).toMatchObject({ status: 'completed', engine: 'flux-juggernaut', seed: 12345 });
    const names = await readdir(outDir);
    expect(names).toHaveLength(2);
    expect(output.files).toEqual([join(outDir, names.find((name) => output.files[0]!.endsWith(name))!)]);
    const pictures = await Promise.all(names.map(async (name) => decodePicture(await readFile(join(outDir, name)))));
    expect(pictures[0]).toMatchObject({ format: 'jpeg', width: 1024, height: 1024, sha256: output.images[0]!.sha256 });
    expect(pictures[1]).toEqual(pictures[0]);
    expect(processesOn(dataDir)).toEqual([]);
  });

  test('Ctrl-C ends it and everything it started', async () => {
    const command = startGenerate(['a fox sim:latency=60000'], { dataDir, outDir: join(folder.path, 'interrupted') });
    await expect.poll(() => processesOn(dataDir).some((line) => line.includes('apps/fal/src/main.ts')), { timeout: 20_000 }).toBe(true);
    command.interrupt();
    const { exitCode, stderr } = await command.ended;
    expect([exitCode, stderr.includes('Stopped.')]).toEqual([130, true]);
    expect(processesOn(dataDir)).toEqual([]);
  });
});

describe.concurrent('generate on a running system', () => {
  test('writes every picture under a name of its own, and overwrites nothing', async () => {
    const place = onSharedSystem('several');
    const args = [uniquePrompt(), '--seed', '5', '-n', '3', '--width', '512', '--height', '256', '--format', 'png', '--negative', 'rain'];
    const first = await runGenerate(args, place);
    expect(first.exitCode, first.stderr).toBe(0);
    const names = await readdir(place.outDir);
    expect(names).toHaveLength(3);
    for (const name of names) {
      expect(await decodePicture(await readFile(join(place.outDir, name)))).toMatchObject({ format: 'png', width: 512, height: 256 });
      await writeFile(join(place.outDir, name), 'mine');
    }
    expect((await runGenerate(args, place)).exitCode).toBe(0);
    expect(await readdir(place.outDir)).toHaveLength(6);
    for (const name of names) expect(await readFile(join(place.outDir, name), 'utf8')).toBe('mine');
  });

  test.each([
    [[], 2, /what to draw/],
    [['a fox', 'b'], 2, /quotes/],
    [['a fox', '--steps', '900'], 2, /--steps must be a whole number from 1 to 150/],
    [['a fox', '--lora', '309:9'], 2, /--lora weight/],
    [['a fox', '--nonsense'], 2, /nonsense/],
    [['a fox', '--lora', '999999'], 1, /Unknown LoRA id/],
    [['a fox', '--engine', 'openai', '--lora', '309'], 1, /does not support LoRAs/],
    [['a fox sim:error-422'], 1, /No picture: The provider refused/],
    [['a fox sim:latency=60000', '--wait', '1'], 3, /gen_/],
  ])('%j ends with one sentence', async (args, exitCode, sentence) => {
    const place = onSharedSystem('refused');
    const end = await runGenerate(args, place);
    expect([end.exitCode, end.stdout]).toEqual([exitCode, '']);
    expect(end.stderr).toMatch(sentence);
    expect(end.stderr).not.toMatch(/^ +at |node:internal/m);
  });

  test('with --json an error is JSON on standard output', async () => {
    const end = await runGenerate(['a fox', '--lora', '999999', '--json'], onSharedSystem('refused'));
    expect(end.exitCode).toBe(1);
    expect(JSON.parse(end.stdout)).toMatchObject({ error: { code: 'INVALID_LORA', details: { invalid_ids: [999_999] } } });
  });

  test('a key that is wrong and a gateway that is not there are said', async () => {
    const wrongKey = await runGenerate(['a fox'], onSharedSystem('refused', 'ig_dev_nobody'));
    expect([wrongKey.exitCode, wrongKey.stderr]).toEqual([1, expect.stringContaining('key is not valid')]);
    const noKey = await runGenerate(['a fox'], { ...onSharedSystem('refused'), env: { GATEWAY_URL: sharedSystem.gatewayUrl } });
    expect([noKey.exitCode, noKey.stderr]).toEqual([2, expect.stringContaining('GATEWAY_KEY')]);
  });

  test('a folder that cannot be made is said before anything is bought', async () => {
    const file = join(folder.path, 'a-file');
    await writeFile(file, 'not a folder');
    const prompt = uniquePrompt();
    const end = await runGenerate([prompt], { ...onSharedSystem('x'), outDir: join(file, 'out') });
    expect([end.exitCode, end.stderr]).toEqual([1, expect.stringContaining('a-file')]);
    expect(await purchasesOf(sharedSystem.simulatorUrl, prompt)).toEqual([]);
  });
});

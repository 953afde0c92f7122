import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createClient } from '@imagegen/client/create-client';
import { generateAndWait } from '@imagegen/client/generate-and-wait';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { makePicture } from '../src/console/actions.ts';
import { openConsole, startBrowser } from '../src/console/browser.ts';
import { consoleSettings } from '../src/console/settings.ts';
import { untilSettled } from '../src/console/until-settled.ts';
import { startRunningSystem } from '../src/running-system.ts';
import { content, lastPrompt, lastSeed } from './content.ts';

/** `pnpm screenshots`: draws the console's pages anew, with content of its own, into docs/screenshots. */
const folder = resolve(import.meta.dirname, '../../docs/screenshots');
const key = 'ig_dev_admin';
const desk = { width: 1280, height: 860 };
const phone = { width: 390, height: 844 };

await using system = await startRunningSystem({ ...(await consoleSettings()), SIMULATOR_LATENCY_MS: '300-900' });
const url = system.gatewayUrl;
const browser = await startBrowser();
await using _closing = { [Symbol.asyncDispose]: () => browser.close() };
await mkdir(folder, { recursive: true });

const made = await seed();
await shoot({}, 'sign-in', (page) => page.getByRole('button', { name: 'admin' }).waitFor());
await shoot({ key }, 'playground', drawLast);
const last = `/?generation=${(await newest()).generation_id}`;
await shoot({ key, scheme: 'dark' }, 'playground-dark', (page) => describe(page, last));
await shoot({ key, ...phone }, 'playground-phone', (page) => describe(page, '/'));
await shoot({ key }, 'gallery', (page) => visit(page, '/gallery', 'Gallery'));
await shoot({ key }, 'picture', (page) => visit(page, `/gallery?open=${made[1]}`, 'Gallery'));
await shoot({ key }, 'presets', (page) => visit(page, '/presets', 'Presets'));
await shoot({ key }, 'loras', (page) => visit(page, '/loras', 'LoRAs'));
await shoot({ key }, 'analytics', (page) => visit(page, '/analytics', 'Analytics'));
await shoot({ key }, 'operations', (page) => visit(page, '/operations', 'Operations'));

/** Returns the ids of what was made, in the order of `content`. */
async function seed(): Promise<string[]> {
  const client = createClient({ url, token: key });
  const ids: string[] = [];
  // One after the other, so that the gallery has them in the same order every time.
  for (const input of content) ids.push((await generateAndWait(client, input)).generation_id);
  for (const index of [1, 6]) await client.generations.favorite.mutate({ id: ids[index]!, favorite: true });
  const presets = [
    { index: 0, name: 'Fog', description: 'Soft light, few edges', tags: ['sea', 'soft'] },
    { index: 4, name: 'Paper', description: 'Cut from paper, with its LoRA', tags: ['craft'] },
    { index: 6, name: 'City', description: 'Streets and roofs, 4:3', tags: ['architecture'] },
  ];
  for (const { index, ...preset } of presets) await client.data.presets.fromGeneration.mutate({ generation_id: ids[index]!, ...preset });
  return ids;
}

async function newest() {
  const { items } = await createClient({ url, token: key }).data.history.query({ per_page: 1 });
  return items[0]!;
}

async function drawLast(page: Page): Promise<void> {
  await visit(page, '/', 'Playground');
  await page.getByRole('textbox', { name: 'Seed' }).fill(String(lastSeed));
  await makePicture(page, lastPrompt);
  await untilSettled(page, 'Playground');
}

async function describe(page: Page, path: string): Promise<void> {
  await visit(page, path, 'Playground');
  await page.getByRole('textbox', { name: 'Prompt', exact: true }).fill(lastPrompt);
}

async function visit(page: Page, path: string, title: string): Promise<void> {
  await page.goto(path);
  await untilSettled(page, title);
}

type Visitor = NonNullable<Parameters<typeof openConsole>[2]>;

/** A palette is enough for these pages and a fifth of the bytes. */
async function shoot(visitor: Visitor, name: string, show: (page: Page) => Promise<void>): Promise<void> {
  await using opened = await openConsole(browser, url, { ...desk, ...visitor });
  await opened.page.goto('/');
  await show(opened.page);
  const { size } = await sharp(await opened.page.screenshot())
    .png({ palette: true, quality: 90, effort: 10 })
    .toFile(join(folder, `${name}.png`));
  process.stdout.write(`${name}.png ${Math.round(size / 1024)} kB\n`);
}

import { generateAndWait } from '@imagegen/client/generate-and-wait';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityProblems } from '../src/console/accessibility.ts';
import { makePicture, pictureAddress, pictureOf, progressOf, startPicture } from '../src/console/actions.ts';
import { openConsole, startBrowser } from '../src/console/browser.ts';
import { chromiumPath } from '../src/console/chromium.ts';
import { newUser, type User } from '../src/console/new-user.ts';
import { uniquePrompt } from '../src/generate.ts';
import { purchasesOf } from '../src/ledger.ts';
import { sharedSystem } from '../src/shared-system.ts';

const { gatewayUrl, simulatorUrl } = sharedSystem;

describe.runIf(chromiumPath)('the console', () => {
  let browser: Browser;
  let user: User;
  beforeAll(async () => {
    [browser, user] = await Promise.all([startBrowser(), newUser(gatewayUrl)]);
  });
  afterAll(() => browser?.close());

  test('says that a key is not known, and lets a development key in and out', async () => {
    await using visit = await openConsole(browser, gatewayUrl);
    const { page, problems } = visit;
    await page.goto('/');
    await page.getByLabel('API key').fill('ig_live_nobody');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This key is not known here').waitFor();
    expect(problems).toEqual([expect.stringContaining('401')]);
    await page.getByRole('button', { name: 'user1' }).click();
    await page.getByRole('heading', { name: 'Playground' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Playground' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('API key').waitFor();
    expect(problems).toHaveLength(1);
  });

  test('shows how far a picture is, goes on after a reload, then shows the picture and its receipt', async () => {
    await using visit = await openConsole(browser, gatewayUrl, user);
    const { page, problems } = visit;
    const prompt = `${uniquePrompt('a calm lake')} sim:latency=4000`;
    await page.goto('/');
    await startPicture(page, prompt);
    expect(await progressOf(page)).toBeGreaterThan(0);
    await page.reload();
    // On a busy machine the picture may be there before the page is.
    await page.getByRole('progressbar', { name: 'Progress' }).or(pictureOf(page, prompt)).first().waitFor();
    await pictureAddress(pictureOf(page, prompt));
    await page.getByRole('heading', { name: 'Why this engine' }).waitFor();
    await page.getByRole('row', { name: /chosen/ }).waitFor();
    expect(await purchasesOf(simulatorUrl, prompt)).toHaveLength(1);
    expect(problems).toEqual([]);
  });

  test('makes the same picture from the same seed, and another from another', async () => {
    await using visit = await openConsole(browser, gatewayUrl, user);
    const { page } = visit;
    const prompt = uniquePrompt('a teapot');
    const makeFrom = async (seed: number) => {
      await page.goto('/');
      await page.getByRole('textbox', { name: 'Seed' }).fill(String(seed));
      return makePicture(page, prompt);
    };
    const first = await makeFrom(4711);
    expect(await makeFrom(4711)).toBe(first);
    expect(await makeFrom(4712)).not.toBe(first);
  });

  test('gets from signing in to a picture with nothing but Tab and Enter', async () => {
    await using visit = await openConsole(browser, gatewayUrl);
    const { page } = visit;
    const prompt = uniquePrompt('a bridge');
    await page.goto('/');
    await page.getByLabel('API key').waitFor();
    await page.keyboard.type(user.key);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Playground' }).waitFor();
    await tabTo(page, 'Prompt');
    await page.keyboard.type(prompt);
    await tabTo(page, 'Generate');
    await page.keyboard.press('Enter');
    await pictureAddress(pictureOf(page, prompt));
  });

  test('says how well LoRAs go together, and sends them along', async () => {
    await using visit = await openConsole(browser, gatewayUrl, user);
    const { page, problems } = visit;
    const prompt = uniquePrompt('a fox');
    await page.goto('/');
    const picker = page.getByRole('combobox', { name: 'LoRAs' });
    for (const name of ['Paper Cut', 'Ink Wash']) {
      await picker.fill(name);
      await page.getByRole('option', { name }).click();
    }
    await page
      .getByRole('status')
      .filter({ hasText: /They (go well|may not go well) together\d+ %/ })
      .waitFor();
    await makePicture(page, prompt);
    const [made] = (await user.client.data.history.query({ search: prompt })).items;
    const { id } = await user.client.data.presets.fromGeneration.mutate({ generation_id: made!.generation_id, name: 'Fox' });
    const { input } = await user.client.data.presets.apply.mutate({ id });
    expect(input.loras).toHaveLength(2);
    expect(problems).toEqual([]);
  });

  describe('with a gallery', () => {
    let owner: User;
    const prompts = {
      fog: uniquePrompt('a harbour in fog'),
      dawn: uniquePrompt('a harbour at dawn'),
      mountains: uniquePrompt('mountains'),
    };
    beforeAll(async () => {
      owner = await newUser(gatewayUrl);
      const make = (prompt: string, engine: 'replicate' | 'flux-standard') =>
        generateAndWait(owner.client, { prompt, engine, seed: 7, width: 512, height: 512, steps: 12 });
      await Promise.all([make(prompts.fog, 'replicate'), make(prompts.dawn, 'flux-standard'), make(prompts.mountains, 'replicate')]);
    });

    test('finds pictures by words, by engine and among favourites', async () => {
      await using visit = await openConsole(browser, gatewayUrl, owner);
      const { page, problems } = visit;
      await page.goto('/gallery');
      await untilShown(page, [prompts.dawn, prompts.fog, prompts.mountains]);
      await page.getByRole('textbox', { name: 'Words of the prompt' }).fill('harbour -dawn');
      await untilShown(page, [prompts.fog]);
      await page.getByRole('textbox', { name: 'Words of the prompt' }).fill('');
      await page.getByRole('combobox', { name: 'Engine' }).click();
      await page.getByRole('option', { name: 'Replicate Flux' }).click();
      await untilShown(page, [prompts.fog, prompts.mountains]);
      await page.getByRole('button', { name: `Open: ${prompts.mountains}` }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Favourite' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Favourite', pressed: true }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByText('Favourites', { exact: true }).click();
      await untilShown(page, [prompts.mountains]);
      await page.reload();
      await untilShown(page, [prompts.mountains]);
      expect(problems).toEqual([]);
    });

    test('shows a whole picture with what made it, puts two side by side, and deletes one', async () => {
      await using visit = await openConsole(browser, gatewayUrl, owner);
      const { page, problems } = visit;
      const doomed = uniquePrompt('a mistake');
      await generateAndWait(owner.client, { prompt: doomed, engine: 'flux-standard', width: 512, height: 1024 });
      await page.goto('/gallery');
      await page.getByRole('button', { name: `Open: ${doomed}` }).click();
      const dialog = page.getByRole('dialog', { name: 'Generation' });
      const picture = dialog.getByRole('img', { name: doomed });
      await pictureAddress(picture);
      const box = await picture.boundingBox();
      expect(box!.height / box!.width).toBeCloseTo(2, 1);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: `Compare: ${doomed}` }).click();
      await page.getByRole('button', { name: `Compare: ${prompts.fog}` }).click();
      const comparison = page.getByRole('region', { name: 'Comparison' });
      await comparison.getByRole('img').nth(1).waitFor();
      await comparison.getByRole('row', { name: /Size 512 × 1024 512 × 512/ }).waitFor();
      await page.getByRole('button', { name: 'Stop comparing' }).click();
      await page.getByRole('button', { name: `Open: ${doomed}` }).click();
      await dialog.getByRole('button', { name: 'Delete' }).click();
      expect(await accessibilityProblems(page)).toEqual([]);
      await page.getByRole('dialog', { name: 'Delete this generation?' }).getByRole('button', { name: 'Delete' }).click();
      await untilShown(page, [prompts.dawn, prompts.fog, prompts.mountains]);
      expect(problems).toEqual([]);
    });

    test('keeps the settings of a picture as a preset, and fills the playground with it', async () => {
      await using visit = await openConsole(browser, gatewayUrl, owner);
      const { page, problems } = visit;
      await page.goto('/gallery');
      await page.getByRole('button', { name: `Open: ${prompts.fog}` }).click();
      await page.getByRole('button', { name: 'Save as preset' }).click();
      await page.getByRole('dialog', { name: 'Save as preset' }).getByRole('textbox', { name: 'Name' }).fill('Foggy');
      await page.keyboard.press('Enter');
      await page.getByText('Saved as “Foggy”').waitFor();
      expect(await accessibilityProblems(page)).toEqual([]);
      await page.goto('/presets');
      const card = page.getByRole('article').filter({ has: page.getByRole('heading', { name: 'Foggy' }) });
      await card.getByText('Used 0 times').waitFor();
      await card.getByRole('button', { name: 'Apply' }).click();
      await page.getByRole('heading', { name: 'Playground' }).waitFor();
      expect(await page.getByRole('textbox', { name: 'Prompt', exact: true }).inputValue()).toBe(prompts.fog);
      expect(await page.getByRole('textbox', { name: 'Width' }).inputValue()).toBe('512 px');
      expect(await page.getByRole('textbox', { name: 'Seed' }).inputValue()).toBe('7');
      await page.getByRole('link', { name: 'Presets' }).click();
      await card.getByText('Used 1 time', { exact: true }).waitFor();
      expect(problems).toEqual([]);
    });
  });
});

/** Waits until the gallery holds the pictures of exactly these prompts. */
async function untilShown(page: Page, prompts: readonly string[]): Promise<void> {
  const names = () =>
    page.getByRole('button', { name: 'Open: ' }).evaluateAll((tiles) => tiles.map((tile) => tile.getAttribute('aria-label')));
  await expect
    .poll(async () => (await names()).sort(), { timeout: 15_000, interval: 50 })
    .toEqual(prompts.map((prompt) => `Open: ${prompt}`).sort());
}

/** Presses Tab until what has the focus is called so. */
async function tabTo(page: Page, name: string): Promise<void> {
  const focused = page.locator(':focus');
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab');
    if ((await focused.and(page.getByRole('textbox', { name }).or(page.getByRole('button', { name }))).count()) > 0) return;
  }
  throw new Error(`Tab does not lead to ${name}`);
}

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makePicture, pictureAddress } from '../src/console/actions.ts';
import { openConsole, startBrowser } from '../src/console/browser.ts';
import { chromiumPath } from '../src/console/chromium.ts';
import { newKey } from '../src/console/new-key.ts';
import { uniquePrompt } from '../src/generate.ts';
import { sharedSystem } from '../src/shared-system.ts';

const { gatewayUrl } = sharedSystem;

describe.runIf(chromiumPath)('the console', () => {
  let browser: Browser;
  let key: string;
  beforeAll(async () => {
    [browser, key] = await Promise.all([startBrowser(), newKey(gatewayUrl)]);
  });
  afterAll(() => browser?.close());

  test('says that a key is not known, and lets a development key in', async () => {
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

  test('shows how far a picture is, then the picture and its receipt', async () => {
    await using visit = await openConsole(browser, gatewayUrl, { key });
    const { page, problems } = visit;
    const prompt = `${uniquePrompt('a calm lake')} sim:latency=2000`;
    await page.goto('/');
    await page.getByLabel('Prompt').first().fill(prompt);
    await page.getByRole('button', { name: 'Generate' }).click();
    await page
      .getByRole('status')
      .filter({ hasText: /Drawing, \d+ %/ })
      .waitFor();
    const moved = Number(await page.getByRole('progressbar', { name: 'Progress' }).getAttribute('aria-valuenow'));
    expect(moved).toBeGreaterThan(0);
    expect(moved).toBeLessThan(100);
    await pictureAddress(page.getByRole('main').getByRole('img', { name: prompt }));
    await page.getByText('Why this engine').waitFor();
    await page.getByRole('row', { name: /chosen/ }).waitFor();
    expect(problems).toEqual([]);
  });

  test('makes the same picture from the same seed, and another from another', async () => {
    await using visit = await openConsole(browser, gatewayUrl, { key });
    const { page } = visit;
    await page.goto('/');
    const seed = page.getByLabel('Seed', { exact: true });
    await seed.fill('4711');
    const prompt = uniquePrompt('a teapot');
    const first = await makePicture(page, prompt);
    await page.goto('/');
    expect(await makePicture(page, prompt)).toBe(first);
    await page.goto('/');
    await seed.fill('4712');
    expect(await makePicture(page, prompt)).not.toBe(first);
  });
});

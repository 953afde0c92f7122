import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makePicture, pictureAddress, pictureOf, progressOf, startPicture } from '../src/console/actions.ts';
import { openConsole, startBrowser } from '../src/console/browser.ts';
import { chromiumPath } from '../src/console/chromium.ts';
import { consoleSettings } from '../src/console/settings.ts';
import { uniquePrompt } from '../src/generate.ts';
import { type RunningSystem, startRunningSystem } from '../src/running-system.ts';

describe.runIf(chromiumPath)('the console while processes die', () => {
  let browser: Browser;
  let system: RunningSystem;
  beforeAll(async () => {
    [browser, system] = await Promise.all([startBrowser(), consoleSettings().then(startRunningSystem)]);
  });
  afterAll(async () => {
    await Promise.all([browser?.close(), system?.[Symbol.asyncDispose]()]);
  });

  test('goes on to the picture when the gateway is killed in the middle', async () => {
    await using visit = await openConsole(browser, system.gatewayUrl, { key: 'ig_dev_user1' });
    const { page } = visit;
    const gateway = system.processes.gateway!;
    const prompt = `${uniquePrompt('a lighthouse')} sim:latency=3000`;
    await page.goto('/');
    await startPicture(page, prompt);
    expect(await progressOf(page)).toBeGreaterThan(0);
    const { pid } = gateway;
    gateway.kill('SIGKILL');
    await expect.poll(() => gateway.pid !== undefined && gateway.pid !== pid, { timeout: 20_000, interval: 20 }).toBe(true);
    await pictureAddress(pictureOf(page, prompt));
    await page.getByRole('heading', { name: 'Why this engine' }).waitFor();
  });

  test('says that a provider’s service is gone, and makes the picture elsewhere', async () => {
    await using operator = await openConsole(browser, system.gatewayUrl, { key: 'ig_dev_admin' });
    const { page } = operator;
    await page.goto('/operations');
    await page.getByRole('row', { name: /^fal .*alive/ }).waitFor();
    await system.processes.fal!.stop();
    const engine = page.locator('.engine').filter({ has: page.getByRole('heading', { name: 'Flux Standard' }) });
    await engine.getByText('down', { exact: true }).waitFor();
    await using visit = await openConsole(browser, system.gatewayUrl, { key: 'ig_dev_user1' });
    await visit.page.goto('/');
    await makePicture(visit.page, uniquePrompt('a lighthouse'));
    await visit.page.getByRole('row', { name: /^(Replicate Flux|OpenAI) .*chosen/ }).waitFor();
    expect(visit.problems).toEqual([]);
  });
});

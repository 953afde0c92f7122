import { generateAndWait } from '@imagegen/client/generate-and-wait';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityProblems } from '../src/console/accessibility.ts';
import { type Console, openConsole, startBrowser } from '../src/console/browser.ts';
import { chromiumPath } from '../src/console/chromium.ts';
import { newUser, type User } from '../src/console/new-user.ts';
import { untilSettled } from '../src/console/until-settled.ts';
import { uniquePrompt } from '../src/generate.ts';
import { sharedSystem } from '../src/shared-system.ts';

const { gatewayUrl } = sharedSystem;
const pages = [
  ['/', 'Playground'],
  ['/gallery', 'Gallery'],
  ['/presets', 'Presets'],
  ['/loras', 'LoRAs'],
  ['/analytics', 'Analytics'],
] as const;
const schemes = ['light', 'dark'] as const;

describe.runIf(chromiumPath)('every page of the console', () => {
  let browser: Browser;
  let user: User;
  let paths: (readonly [path: string, title: string])[];
  beforeAll(async () => {
    [browser, user] = await Promise.all([startBrowser(), newUser(gatewayUrl)]);
    const { generation_id: id } = await generateAndWait(user.client, { prompt: uniquePrompt('a harbour'), width: 512, height: 512 });
    await user.client.data.presets.fromGeneration.mutate({ generation_id: id, name: 'Harbour', tags: ['sea'] });
    paths = [...pages, ['/operations', 'Operations'], [`/?generation=${id}`, 'Playground'], [`/gallery?open=${id}`, 'Gallery']];
  });
  afterAll(() => browser?.close());

  test('can be used by everybody, without a script or a style that the policy refuses', { timeout: 120_000 }, async () => {
    await using visit = await openConsole(browser, gatewayUrl, user);
    expect(await problemsOf(visit, paths)).toEqual([]);
  });

  test('can be used by every operator', async () => {
    await using visit = await openConsole(browser, gatewayUrl, { key: 'ig_dev_admin' });
    const tabs = ['', '?tab=keys', '?tab=credits'].map((tab) => [`/operations${tab}`, 'Operations'] as const);
    expect(await problemsOf(visit, tabs)).toEqual([]);
  });

  test('refuses operations to those who do not operate', async () => {
    await using visit = await openConsole(browser, gatewayUrl, user);
    const { page } = visit;
    await page.goto('/operations');
    await page.getByText('This page is for operators').waitFor();
    expect(await page.getByRole('navigation').getByRole('link', { name: 'Operations' }).count()).toBe(0);
    expect(await page.getByRole('tab').count()).toBe(0);
  });

  test('has what its name says', async () => {
    await using visit = await openConsole(browser, gatewayUrl, { key: 'ig_dev_admin' });
    const { page } = visit;
    await page.goto('/loras');
    await page.getByText('Paper Cut', { exact: true }).first().waitFor();
    await page.goto('/analytics');
    await page.getByText('Success', { exact: true }).first().waitFor();
    await page.goto('/operations');
    await page.getByRole('heading', { name: 'Flux Standard' }).waitFor();
    await page.getByRole('row', { name: /^fal .*alive/ }).waitFor();
  });

  test('lets nobody in without a key, whom axe has nothing against either', async () => {
    await using visit = await openConsole(browser, gatewayUrl);
    const { page, problems } = visit;
    await page.goto('/operations');
    await page.getByRole('button', { name: 'user1' }).waitFor();
    expect(await page.title()).toBe('Sign in · Image Generation');
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme });
      expect([colorScheme, await accessibilityProblems(page)]).toEqual([colorScheme, []]);
    }
    expect(problems).toEqual([]);
  });

  test('fits a phone, whose menu leads everywhere', async () => {
    await using visit = await openConsole(browser, gatewayUrl, { ...user, width: 390, height: 844 });
    const { page, problems } = visit;
    for (const [path, title] of paths) {
      await page.goto(path);
      await untilSettled(page, title);
      const { scrollWidth, clientWidth } = await page.evaluate<{ scrollWidth: number; clientWidth: number }>(
        '({ scrollWidth: document.scrollingElement.scrollWidth, clientWidth: document.scrollingElement.clientWidth })',
      );
      expect([path, scrollWidth]).toEqual([path, clientWidth]);
    }
    await page.goto('/');
    const [title, credits] = [page.getByText('Image Generation', { exact: true }), page.getByText('Unlimited')];
    for (const text of [title, credits]) expect((await text.boundingBox())!.height).toBeLessThan(32);
    for (const [, name] of pages.slice(1)) {
      await page.getByRole('button', { name: 'Menu' }).click();
      await page.getByRole('navigation').getByRole('link', { name }).click();
      await page.getByRole('heading', { name, level: 1 }).waitFor();
      expect(await page.locator('#page:focus').count()).toBe(1);
    }
    expect(problems).toEqual([]);
  });

  test('turns dark at a press, and stays so', async () => {
    await using visit = await openConsole(browser, gatewayUrl, user);
    const { page } = visit;
    const ground = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    await page.goto('/');
    await page.getByRole('button', { name: 'Switch to dark colours' }).click();
    await page.getByRole('button', { name: 'Switch to light colours' }).waitFor();
    expect(await ground()).toBe('rgb(19, 18, 24)');
    await page.reload();
    await page.getByRole('button', { name: 'Switch to light colours' }).waitFor();
    expect(await ground()).toBe('rgb(19, 18, 24)');
  });

  test('has Generate in sight on a desk without scrolling', async () => {
    await using visit = await openConsole(browser, gatewayUrl, { ...user, height: 720 });
    const { page } = visit;
    await page.goto('/');
    await page.getByRole('radio', { name: 'OpenAI' }).waitFor();
    const { y, height } = (await page.getByRole('button', { name: 'Generate' }).boundingBox())!;
    expect(y + height).toBeLessThanOrEqual(720);
  });

  test('allows only what carries the nonce of its own answer', async () => {
    const answers = await Promise.all(pages.flatMap(([path]) => [path, path]).map((path) => fetch(`${gatewayUrl}${path}`)));
    const nonces = await Promise.all(
      answers.map(async (answer) => {
        const policy = answer.headers.get('content-security-policy') ?? '';
        const [, nonce = ''] = /script-src 'nonce-([\w+/=]+)'/.exec(policy) ?? [];
        expect(policy).toContain("default-src 'none'");
        expect(policy).not.toMatch(/unsafe/);
        const scripts = (await answer.text()).match(/<script[^>]*>/g) ?? [];
        expect(scripts.length).toBeGreaterThan(0);
        for (const script of scripts) expect(script).toContain(`nonce="${nonce}"`);
        return nonce;
      }),
    );
    expect(nonces.every((nonce) => nonce.length >= 22)).toBe(true);
    expect(new Set(nonces).size).toBe(nonces.length);
  });
});

/** What is wrong with pages in either scheme: their title, what axe finds, and what the browser says. */
async function problemsOf({ page, problems }: Console, paths: readonly (readonly [string, string])[]): Promise<string[]> {
  const found: string[] = [];
  for (const [path, title] of paths) {
    await page.goto(path);
    await untilSettled(page, title);
    if ((await page.title()) !== `${title} · Image Generation`) found.push(`${path} is called ${await page.title()}`);
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme });
      found.push(...(await accessibilityProblems(page)).map((problem) => `${path} ${colorScheme}: ${problem}`));
    }
  }
  return [...found, ...problems];
}

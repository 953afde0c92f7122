import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** Presses Generate and waits for the picture; returns its address without its signature: that names the bytes. */
export async function makePicture(page: Page, prompt: string): Promise<string> {
  await startPicture(page, prompt);
  return pictureAddress(pictureOf(page, prompt));
}

export async function startPicture(page: Page, prompt: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Prompt', exact: true }).fill(prompt);
  await page.getByRole('button', { name: 'Generate' }).click();
}

/** Waits until the generation that is under way is seen to have come some way, and returns how far: percent. */
export async function progressOf(page: Page): Promise<number> {
  await page
    .getByRole('status')
    .filter({ hasText: /Drawing, \d+ %/ })
    .waitFor();
  return Number(await page.getByRole('progressbar', { name: 'Progress' }).getAttribute('aria-valuenow'));
}

export function pictureOf(page: Page, prompt: string): Locator {
  return page.getByRole('main').getByRole('img', { name: prompt, exact: true });
}

/** Waits until a picture is there and decoded. */
export async function pictureAddress(picture: Locator): Promise<string> {
  await picture.waitFor();
  await expect.poll(() => picture.evaluate(isDecoded), { timeout: 10_000, interval: 50 }).toBe(true);
  return new URL((await picture.getAttribute('src')) ?? '').pathname;
}

function isDecoded(image: { complete: boolean; naturalWidth: number }): boolean {
  return image.complete && image.naturalWidth > 0;
}

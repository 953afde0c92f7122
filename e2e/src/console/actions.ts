import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** What one does with the console, in its own words. */
export async function describePicture(page: Page, prompt: string): Promise<void> {
  await page.getByLabel('Prompt', { exact: false }).first().fill(prompt);
}

/** Presses Generate and waits for the picture; returns its address without its signature: that names the bytes. */
export async function makePicture(page: Page, prompt: string): Promise<string> {
  await describePicture(page, prompt);
  await page.getByRole('button', { name: 'Generate' }).click();
  return pictureAddress(page.getByRole('main').getByRole('img', { name: prompt }));
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

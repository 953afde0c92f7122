import type { Locator, Page } from 'playwright-core';

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

/** Waits until a picture is there and decoded; throws for one that cannot be. Returns its address without its signature. */
export async function pictureAddress(picture: Locator): Promise<string> {
  await picture.waitFor();
  const width = await picture.evaluate(decodedWidth);
  if (width === 0) throw new Error('The picture is empty');
  return new URL((await picture.getAttribute('src')) ?? '').pathname;
}

async function decodedWidth(image: { decode(): Promise<void>; naturalWidth: number }): Promise<number> {
  await image.decode();
  return image.naturalWidth;
}

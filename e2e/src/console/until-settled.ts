import type { Page } from 'playwright-core';

const loading = ['[aria-busy="true"]', '.mantine-Skeleton-root', '.mantine-Loader-root'].join(', ');

/** Waits until a page has its heading and its answers, and nothing on it is loading. */
export async function untilSettled(page: Page, title: string): Promise<void> {
  await page.getByRole('heading', { name: title, level: 1, includeHidden: true }).waitFor();
  await page.waitForLoadState('networkidle');
  await page.locator(loading).first().waitFor({ state: 'detached' });
}

import { type Browser, chromium, type Page } from 'playwright-core';
import { chromiumPath } from './chromium.ts';

export type Console = AsyncDisposable & {
  readonly page: Page;
  /** Errors of scripts, lines of level error, and whatever the Content-Security-Policy kept from happening. */
  readonly problems: readonly string[];
};

type Visitor = {
  /** Signed in with this key; without one the page asks for it. */
  key?: string;
  width?: number;
  height?: number;
  scheme?: 'light' | 'dark';
};

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
];

/** Starts the system's Chromium with an empty profile of its own, which goes when it is closed. */
export function startBrowser(): Promise<Browser> {
  if (!chromiumPath) throw new Error('there is no Chromium');
  return chromium.launch({ executablePath: chromiumPath, args: flags });
}

/** A window that shares nothing with others. Nothing moves in it, so that what is measured is what stays. */
export async function openConsole(browser: Browser, url: string, visitor: Visitor = {}): Promise<Console> {
  const { key, width = 1280, height = 900, scheme = 'light' } = visitor;
  const signedIn = { cookies: [], origins: [{ origin: url, localStorage: [{ name: 'imagegen.key', value: key ?? '' }] }] };
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion: 'reduce',
    ...(key && { storageState: signedIn }),
  });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', ({ message }) => problems.push(message));
  page.on('console', (line) => line.type() === 'error' && problems.push(line.text()));
  await page.addInitScript(`document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
    console.error('refused by policy', violatedDirective, blockedURI))`);
  return { page, problems, [Symbol.asyncDispose]: () => context.close() };
}

import { existsSync } from 'node:fs';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { chromium } from 'playwright-core';

const PATHS = [
  process.env.CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const executablePath = PATHS.find((path) => path !== '' && existsSync(path));

/** Why no browser test can run, or false when they can. */
export const noBrowser: string | false =
  executablePath === undefined
    ? 'no Chromium: apt-get install chromium, or name one in CHROMIUM'
    : false;

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A browser with a fresh profile. */
export async function launchBrowser(): Promise<Browser> {
  return await chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: FLAGS,
  });
}

/** A page, and what in it must not happen: faults, refused content, scripts of the data. */
export interface WatchedPage {
  readonly page: Page;
  readonly faults: readonly string[];
}

/** Messages of the browser about replies that are errors, which tests provoke. */
const EXPECTED = /^Failed to load resource: (the server responded with a status of|net::ERR_)/;

/** Opens a page of a browsing context of its own and notes every fault in it. */
export async function openPage(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 860 },
    reducedMotion: 'reduce',
    ...options,
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    const isFault = message.type() === 'error' && !EXPECTED.test(message.text());
    if (isFault) faults.push(message.text());
  });
  return { page, faults };
}

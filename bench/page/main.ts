/**
 * How soon the page can be used: from the address to a question field that takes text, each time
 * in a browser that has never seen the page, and what its scripts weigh as they were sent.
 * Chromium is needed.
 *
 *   npm run bench -- page [times]
 */
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { spread, startServiceProcess } from '../service/service-process.ts';

const executablePath = [
  process.env.CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
].find((path) => path !== '' && existsSync(path));
const [times = 10] = process.argv.slice(2).map(Number);

interface Visit {
  /** From the navigation to a field that has the focus, in milliseconds. */
  readonly usableMs: number;
  readonly paintMs: number;
  readonly scriptBytes: number;
  readonly allBytes: number;
}

/** What is read of the page's own clock and its requests. */
interface PageTiming {
  readonly name: string;
  readonly startTime: number;
  readonly encodedBodySize: number;
}

if (executablePath === undefined) {
  console.error('no Chromium: apt-get install chromium, or name one in CHROMIUM');
  process.exitCode = 2;
} else {
  await measure(executablePath);
}

async function measure(browserPath: string): Promise<void> {
  // The first start of a checkout builds what a measured one should find.
  await using service = await startServiceProcess();
  const visits: Visit[] = [];
  for (let round = 0; round < times; round += 1) {
    visits.push(await visit(service.url, browserPath));
  }
  const [first] = visits;
  console.log(`${times} cold visits of ${new URL(service.url).host}, a new browser each time`);
  console.log(`page usable             ${spread(visits.map(({ usableMs }) => usableMs))}`);
  console.log(`first paint             ${spread(visits.map(({ paintMs }) => paintMs))}`);
  console.log(`scripts as sent         ${kilobytes(first?.scriptBytes ?? 0)}`);
  console.log(`everything as sent      ${kilobytes(first?.allBytes ?? 0)}`);
}

async function visit(url: string, browserPath: string): Promise<Visit> {
  const flags = ['--no-sandbox', '--disable-gpu', '--no-first-run'];
  await using browser = await chromium.launch({ executablePath: browserPath, args: flags });
  const page = await browser.newPage();
  await page.goto(url, { waitUntil: 'commit' });
  const field = page.getByRole('combobox');
  await field.fill('How many');
  // The page's own clock counts from the navigation; the browser's start is not the page's.
  return await page.evaluate(() => {
    const entries = performance.getEntries() as unknown as PageTiming[];
    const sent = entries.filter(({ encodedBodySize }) => encodedBodySize > 0);
    const sum = (some: PageTiming[]) =>
      some.reduce((bytes, { encodedBodySize }) => bytes + encodedBodySize, 0);
    const paint = entries.find(({ name }) => name === 'first-contentful-paint');
    return {
      usableMs: performance.now(),
      paintMs: paint?.startTime ?? 0,
      scriptBytes: sum(sent.filter(({ name }) => /\.js$/.test(name))),
      allBytes: sum(sent),
    };
  });
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KB`;
}

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildPage, SCRIPT_BYTES_MAX } from './build-page.ts';
import { ensurePage } from './ensure-page.ts';

test('the page is built once and keeps its budget of script', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'page-'));
  try {
    const { scriptBytes, chartBytes } = await buildPage(join(import.meta.dirname, 'page'), folder);
    assert.ok(scriptBytes > 10_000, `${scriptBytes} bytes are no page`);
    assert.ok(scriptBytes <= SCRIPT_BYTES_MAX, `${scriptBytes} bytes of script`);
    assert.ok(chartBytes > scriptBytes, 'the chart library is loaded by itself');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a page that is there is not built again', async () => {
  const first = await ensurePage();
  const lines: string[] = [];
  assert.equal(await ensurePage({ onProgress: (line) => lines.push(line) }), first);
  assert.deepEqual(lines, []);
});

test('the page runs nothing inline and names nothing elsewhere', async () => {
  const folder = await ensurePage();
  const html = readFileSync(join(folder, 'index.html'), 'utf8');
  assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|https?:/);
  const assets = new Set(readdirSync(join(folder, 'assets')));
  for (const [, name = ''] of html.matchAll(/"\/assets\/([^"]+)"/g)) {
    assert.ok(assets.has(name), `${name} is there`);
  }
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { ensureEngine } from '#runtime';

const ROOT = join(import.meta.dirname, '..', '..');

interface Checkout extends AsyncDisposable {
  readonly root: string;
  write(path: string, text: string): void;
  /** Runs `cli/start.mjs`; what it printed, on whichever stream. */
  start(environment?: Record<string, string>): string;
  bundles(): string[];
}

/** A checkout with the launcher, and a program that says a word and where its sources lie. */
async function makeCheckout({ hasPackages = true } = {}): Promise<Checkout> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'helios start #1 100% ä-')));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const path of ['cli/start.mjs', 'cli/bundle']) {
    cpSync(join(ROOT, path), join(root, path), { recursive: true });
  }
  if (hasPackages) symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  write('package.json', '{"type": "module"}');
  write('package-lock.json', '{}');
  write('cli/word.ts', `export const WORD: string = 'first';`);
  write(
    'cli/main.ts',
    `import { WORD } from './word.ts';
     console.log(WORD, import.meta.dirname, new Error().stack?.includes('.heliosdb/program'));`,
  );
  return {
    root,
    write,
    start: (environment = {}) => {
      const { stdout, stderr } = spawnSync(process.execPath, [join(root, 'cli', 'start.mjs')], {
        env: { ...process.env, ...environment },
        encoding: 'utf8',
      });
      return `${stdout}${stderr}`.trim();
    },
    bundles: () =>
      readdirSync(join(root, '.heliosdb', 'program')).filter((name) => /^\d/.test(name)),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

describe('cli/start.mjs', () => {
  it('runs a bundle, which stays in use while no source changes', async () => {
    await using checkout = await makeCheckout();
    const expected = `first ${join(checkout.root, 'cli')} true`;
    assert.equal(checkout.start(), expected);
    assert.equal(checkout.start(), expected);
    assert.equal(checkout.bundles().length, 1);
  });

  it('makes another bundle when a source or the list of packages has changed', async () => {
    await using checkout = await makeCheckout();
    checkout.start();
    // As many bytes as before: the size alone would not tell.
    checkout.write('cli/word.ts', `export const WORD: string = 'other';`);
    assert.match(checkout.start(), /^other .* true$/);
    checkout.write('package-lock.json', '{ }');
    assert.match(checkout.start(), /^other .* true$/);
    assert.equal(checkout.bundles().length, 3);
  });

  it('removes the bundles of long ago when it makes one', async () => {
    await using checkout = await makeCheckout();
    checkout.start();
    checkout.write('.heliosdb/program/1000-1/main.js', '');
    checkout.start();
    assert.equal(checkout.bundles().length, 2);
    checkout.write('cli/word.ts', `export const WORD: string = 'other';`);
    checkout.start();
    assert.equal(checkout.bundles().includes('1000-1'), false);
  });

  it('runs the sources where no bundle can be made, and says why when asked', async () => {
    await using checkout = await makeCheckout({ hasPackages: false });
    assert.equal(checkout.start(), `first ${join(checkout.root, 'cli')} false`);
    assert.match(checkout.start({ HELIOSDB_DEBUG: '1' }), /no bundle: .*esbuild/);
  });

  it('shows a mistake in a source where it was made', async () => {
    await using checkout = await makeCheckout();
    checkout.start();
    checkout.write('cli/word.ts', 'export const WORD: string = ;');
    assert.match(checkout.start(), /cli\/word\.ts/);
  });

  it('takes a damaged record for none', async () => {
    await using checkout = await makeCheckout();
    checkout.start();
    checkout.write('.heliosdb/program/current.json', '{"folder": "/');
    assert.match(checkout.start(), /^first .* true$/);
  });
});

describe('the bundle of the published package', () => {
  it('runs in a folder of its own', async () => {
    await using checkout = await makeCheckout();
    const { root } = checkout;
    const run = (...args: string[]): string => {
      const { status, stdout, stderr } = spawnSync(process.execPath, args, {
        env: {
          ...process.env,
          HELIOSDB_ENGINE: engine,
          HELIOSDB_HOME: join(root, 'home'),
          HELIOSDB_CACHE_DIR: join(root, 'cache'),
        },
        encoding: 'utf8',
      });
      assert.equal(status, 0, stderr);
      return stdout;
    };
    const engine = await ensureEngine();
    const dist = join(root, 'dist');
    run(join(ROOT, 'cli', 'bundle', 'bundle-package.ts'), dist);
    checkout.write(
      'dist/package.json',
      '{"type": "module", "name": "heliosdb", "version": "9.8.7"}',
    );
    assert.equal(run(join(dist, 'cli', 'main.js'), '--version'), 'heliosdb 9.8.7\n');
    assert.match(run(join(dist, 'cli', 'wasm-test.js'), '--help'), /heliosdb test/);
    const statement = ['sql', 'SELECT 6 * 7 AS n', '--json', '--db', ':memory:'];
    assert.match(run(join(dist, 'cli', 'main.js'), ...statement), /42/);
    // Compiled code lies with the user's own files.
    assert.ok(readdirSync(join(root, 'cache', 'program')).length > 0);
  });
});

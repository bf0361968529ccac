import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import type { HeliosError } from '#core';
import { Database } from '#storage';
import { ensureEngine } from './ensure-engine.ts';

const folder = mkdtempSync(join(tmpdir(), 'heliosdb-build-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let projectCount = 0;

const skip = process.platform === 'win32' ? 'the stand-in for cargo is a shell script' : false;

interface Project {
  readonly root: string;
  readonly crate: string;
  readonly environment: Record<string, string>;
  readonly lines: string[];
  ensure(): Promise<string>;
  /** How often the stand-in was asked to build. */
  buildCount(): number;
}

/** A project with a crate and a stand-in for cargo that counts its builds. */
function makeProject(options: { version?: string; build?: string } = {}): Project {
  projectCount += 1;
  const root = join(folder, `project-${projectCount}`);
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  write('engine/Cargo.toml', '[package]\nversion = "0.1.0"\nrust-version = "1.95"\n');
  write('engine/src/lib.rs', '// the engine');
  write('storage/migrations/0001-first.sql', 'SELECT 1;');
  const library = join(root, 'libheliosdb.so');
  const artifact = `{"reason":"compiler-artifact","target":{"name":"heliosdb","kind":["cdylib"]},"filenames":["${library}"]}`;
  write(
    'bin/cargo',
    `#!/bin/sh
if [ "$1" = --version ]; then echo "cargo ${options.version ?? '1.95.0'} (abc 2026-01-01)"; exit; fi
echo build >> '${root}/builds'
${
  options.build ??
  `printf '    Building [==>   ] 3/12: serde, wasmtime\\r' >&2
echo library > '${library}'
echo '${artifact}'`
}
`,
  );
  chmodSync(join(root, 'bin/cargo'), 0o755);
  const environment = {
    PATH: `${join(root, 'bin')}:/usr/bin:/bin`,
    HOME: root,
    CARGO_HOME: join(root, 'no-cargo'),
  };
  const lines: string[] = [];
  // Every look at the clock is four seconds later, so that every progress line is due.
  let elapsedMs = 0;
  const clock = {
    now: () => new Date(0),
    elapsedMs: () => {
      elapsedMs += 4000;
      return elapsedMs;
    },
  };
  return {
    root,
    crate: join(root, 'engine'),
    environment,
    lines,
    ensure: () =>
      ensureEngine({
        root,
        crate: 'engine',
        environment,
        clock,
        onProgress: (line) => lines.push(line),
      }),
    buildCount: () =>
      existsSync(join(root, 'builds'))
        ? readFileSync(join(root, 'builds'), 'utf8').trim().split('\n').length
        : 0,
  };
}

test('the first use builds with visible progress, the second does not build', {
  skip,
}, async () => {
  const project = makeProject();
  const path = await project.ensure();
  assert.equal(path, join(project.crate, 'build', 'heliosdb.duckdb_extension'));
  const bytes = readFileSync(path);
  assert.equal(bytes.length, 'library\n'.length + 22 + 512);
  assert.match(project.lines.join('\n'), /building from source/);
  assert.match(project.lines.join('\n'), /3 of 12 crates compiled \(serde, wasmtime\)/);
  assert.match(project.lines.at(-1) ?? '', /ready after/);
  project.lines.length = 0;
  assert.equal(await project.ensure(), path);
  assert.equal(project.buildCount(), 1);
  assert.deepEqual(project.lines, []);
});

test('a change of any source builds again, another file does not', { skip }, async () => {
  const project = makeProject();
  await project.ensure();
  const sources = ['engine/src/lib.rs', 'engine/Cargo.toml', 'storage/migrations/0001-first.sql'];
  for (const [index, source] of sources.entries()) {
    appendFileSync(join(project.root, source), '\n');
    await project.ensure();
    assert.equal(project.buildCount(), index + 2, source);
  }
  writeFileSync(join(project.root, 'engine/README.md'), 'prose');
  await project.ensure();
  assert.equal(project.buildCount(), sources.length + 1);
});

test('what was only touched is not built again, what kept its size and time is', {
  skip,
}, async () => {
  const project = makeProject();
  const source = join(project.root, 'engine/src/lib.rs');
  const at = new Date('2026-01-01T00:00:00Z');
  for (const [text, expected] of [
    ['// the engine', 1],
    ['// the engine', 1],
    ['// THE ENGINE', 2],
  ] as const) {
    writeFileSync(source, text);
    utimesSync(source, at, at);
    await project.ensure();
    await project.ensure();
    assert.equal(project.buildCount(), expected, text);
  }
});

test('a build that was cut off between file and record is made again', { skip }, async () => {
  const project = makeProject();
  const path = await project.ensure();
  rmSync(`${path}.json`);
  await project.ensure();
  assert.equal(project.buildCount(), 2);
});

test('callers at the same time build once', { skip }, async () => {
  const project = makeProject();
  const paths = await Promise.all([project.ensure(), project.ensure(), project.ensure()]);
  assert.equal(new Set(paths).size, 1);
  assert.equal(project.buildCount(), 1);
  assert.match(project.lines.join('\n'), /waiting for another process/);
});

test('the lock of a process that died is taken over', { skip }, async () => {
  const project = makeProject();
  const lock = join(project.crate, 'build', 'lock');
  mkdirSync(dirname(lock), { recursive: true });
  writeFileSync(lock, '1');
  utimesSync(lock, new Date(0), new Date(0));
  await project.ensure();
  assert.equal(project.buildCount(), 1);
  assert.ok(!existsSync(lock));
});

test('without cargo the error says how to get it', { skip }, async () => {
  const project = makeProject();
  rmSync(join(project.root, 'bin/cargo'));
  project.environment.PATH = join(project.root, 'bin');
  await assert.rejects(project.ensure(), (error: HeliosError) => {
    assert.equal(error.sqlstate, 'IN002');
    assert.match(error.hint ?? '', /rustup\.rs/);
    return true;
  });
});

test('a cargo that is too old is named with both versions', { skip }, async () => {
  const project = makeProject({ version: '1.70.1' });
  await assert.rejects(project.ensure(), (error: HeliosError) => {
    assert.equal(error.sqlstate, 'IN003');
    assert.deepEqual(error.fields, { tool: 'cargo', required: '1.95', found: '1.70.1' });
    return true;
  });
});

test('a failed build shows the end of what the compiler said and leaves no engine', {
  skip,
}, async () => {
  const project = makeProject({
    build: `printf '    Building [=>] 1/2: heliosdb\\rerror[E0425]: cannot find value\\n' >&2; exit 101`,
  });
  await assert.rejects(project.ensure(), (error: HeliosError) => {
    assert.equal(error.sqlstate, 'IN004');
    assert.equal(error.detail, 'error[E0425]: cannot find value');
    return true;
  });
  assert.ok(!existsSync(join(project.crate, 'build', 'heliosdb.duckdb_extension')));
  assert.ok(!existsSync(join(project.crate, 'build', 'lock')), 'the next try need not wait');
});

test('a missing linker is told apart from an error in the sources', { skip }, async () => {
  const project = makeProject({ build: `echo 'error: linker \`cc\` not found' >&2; exit 101` });
  await assert.rejects(project.ensure(), { sqlstate: 'IN002', fields: { tool: 'cc' } });
});

test('HELIOSDB_ENGINE wins over everything and must exist', { skip }, async () => {
  const project = makeProject();
  project.environment.HELIOSDB_ENGINE = join(project.root, 'mine.duckdb_extension');
  await assert.rejects(project.ensure(), { sqlstate: 'IN001' });
  writeFileSync(project.environment.HELIOSDB_ENGINE, '');
  assert.equal(await project.ensure(), project.environment.HELIOSDB_ENGINE);
  assert.equal(project.buildCount(), 0);
});

test('without sources the prebuilt package serves, and its absence is an error', {
  skip,
}, async () => {
  const project = makeProject();
  rmSync(project.crate, { recursive: true });
  await assert.rejects(project.ensure(), { sqlstate: 'IN001' });
  const installed = join(
    project.root,
    `node_modules/@heliosdb/engine-${process.platform}-${process.arch}`,
  );
  mkdirSync(installed, { recursive: true });
  writeFileSync(join(installed, 'package.json'), '{}');
  writeFileSync(join(installed, 'heliosdb.duckdb_extension'), '');
  assert.equal(await project.ensure(), join(installed, 'heliosdb.duckdb_extension'));
});

const cargo = spawnSync('cargo', ['--version']).status === 0;

test('cargo builds a real crate, and DuckDB accepts the footer', {
  skip: cargo ? false : 'cargo is not installed',
}, async () => {
  const root = join(folder, 'real');
  mkdirSync(join(root, 'engine/src'), { recursive: true });
  writeFileSync(
    join(root, 'engine/Cargo.toml'),
    '[package]\nname = "tiny"\nversion = "0.1.0"\nedition = "2021"\n[lib]\nname = "heliosdb"\ncrate-type = ["cdylib", "rlib"]\n[workspace]\n',
  );
  // The library has no entry point: DuckDB gets as far as looking for it only past the footer.
  writeFileSync(join(root, 'engine/src/lib.rs'), '#[no_mangle] pub extern "C" fn nothing() {}');
  // Not the engine that whoever runs the tests may have named.
  const environment = { ...process.env, HELIOSDB_ENGINE: undefined };
  const path = await ensureEngine({ root, crate: 'engine', environment });
  await assert.rejects(
    Database.open({ path: ':memory:', extensions: [path] }),
    (error: HeliosError) => {
      assert.match(`${error.message}\n${error.hint}`, /heliosdb_init_c_api/);
      return true;
    },
  );
});

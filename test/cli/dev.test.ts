import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ROOT_FOLDER, runShell } from './run-shell.ts';

const CASES = `- name: three
  params: { value: 3 }
  expect: 1.5
`;
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heliosdb-dev-'));
  await writeFile(join(folder, 'cases.yaml'), CASES);
  await writeFile(join(folder, 'half.test.sql'), 'CREATE TABLE t (i INTEGER)');
});

after(async () => {
  await rm(folder, { recursive: true });
});

/** C would need a compiler; JavaScript needs none. */
async function save(body: string, parameters = 'value'): Promise<void> {
  const types = parameters.split(', ').map((name) => ` * @param {number} ${name}\n`);
  const head = `/**\n${types.join('')} * @returns {number}\n */\n`;
  const text = `${head}export function half(${parameters}) {\n  ${body}\n}\n`;
  await writeFile(join(folder, 'half.js'), text);
}

/** A running `heliosdb dev` whose rounds are read one by one. */
function start(...options: readonly string[]) {
  const program = join(ROOT_FOLDER, 'cli/main.ts');
  const args = [program, 'dev', 'half.js', '--json', '--db', 'own.duckdb', ...options];
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, NO_COLOR: undefined, HELIOSDB_HOME: join(folder, '.heliosdb') },
  });
  let out = '';
  let err = '';
  const arrived = new EventTarget();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    arrived.dispatchEvent(new Event('line'));
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    arrived.dispatchEvent(new Event('line'));
  });
  let read = 0;
  let watched = 0;
  return {
    child,
    /** The next round, when the program waits for changes again. */
    async round(): Promise<Round> {
      watched += 1;
      for (;;) {
        const line = out.split('\n')[read];
        if (out.split('\n').length > read + 1 && err.split('watching').length > watched) {
          read += 1;
          return JSON.parse(String(line)) as Round;
        }
        assert.equal(child.exitCode, null, err);
        await Promise.race([once(arrived, 'line'), once(child, 'close')]);
      }
    },
  };
}

interface Round {
  readonly ok: boolean;
  readonly failed: number;
  readonly procedures: readonly { signature: string; action: string; version: number }[];
  readonly calls: readonly {
    name: string;
    before: { result: string | null } | null;
    after: { result: string | null };
    isChanged: boolean;
    passed: boolean | null;
  }[];
  readonly error: { name: string; detail: string } | null;
}

test('dev compiles on save, shows old and new results and swaps versions', async () => {
  await save('return value / 2;');
  const running = start();
  try {
    const first = await running.round();
    assert.deepEqual(first.procedures, [
      { signature: 'half(value DOUBLE) RETURNS DOUBLE', action: 'create', version: 1 },
    ]);
    assert.deepEqual(
      first.calls.map(({ before: old, after: now, passed }) => [old, now.result, passed]),
      [[null, '1.5', true]],
    );

    await save('return value / 3;');
    const second = await running.round();
    assert.deepEqual([second.failed, second.procedures[0]?.version], [1, 2]);
    const [call] = second.calls;
    assert.deepEqual([call?.before?.result, call?.after.result], ['1.5', '1.0']);
    assert.equal(call?.isChanged, true);

    // A mistake is reported in the compiler's words, and leaves everything as it was.
    await save('return value /;');
    const third = await running.round();
    assert.deepEqual([third.ok, third.error?.name], [false, 'compile_failed']);
    assert.match(third.error?.detail ?? '', /./);
    const kept = await runShell('heliosdb sql --db own.duckdb --csv "SELECT half(3)"', folder);
    assert.match(kept.out, /^1\.0$/m, kept.err);

    await save('return value / 2 + other;', 'value, other');
    const fourth = await running.round();
    assert.deepEqual(
      fourth.procedures.map(({ signature, action }) => [signature, action]),
      [['half(value DOUBLE, other DOUBLE) RETURNS DOUBLE', 'create']],
    );
    assert.equal(fourth.calls[0]?.passed, false, 'a call that does not fit is reported');
    const all = await runShell('heliosdb procedures --db own.duckdb --json', folder);
    assert.equal((JSON.parse(all.out) as unknown[]).length, 1, 'the old signature is gone');
  } finally {
    running.child.kill('SIGINT');
  }
  const [code] = (await once(running.child, 'close')) as [number | null];
  assert.equal(code, 130);
});

test('one round for scripts tells by its exit code, and repeats calls that were made', async () => {
  await save('return value / 2;');
  const made = await runShell(
    'heliosdb procedure create --file half.js --db made.duckdb --capabilities "" && ' +
      'heliosdb sql --db made.duckdb "SELECT half(41)"',
    folder,
  );
  assert.equal(made.code, 0, made.err);
  await save('return value / 2 + (value > 40 ? 1 : 0);');
  const { code, out, err } = await runShell('heliosdb dev . --once --db made.duckdb', folder);
  assert.equal(code, 0, err);
  assert.match(out, /half\(value DOUBLE\) RETURNS DOUBLE: version 2 swapped in/);
  assert.match(out, /ok {3}three: 1\.5\n/);
  const info = await runShell('heliosdb procedure info half --db made.duckdb --json', folder);
  assert.equal(JSON.parse(info.out)[0].capabilities, '[]', 'rights stay what they were');
  assert.match(out, / half\(41\.0\): 20\.5 → 21\.5 \(changed\)\n/);

  await save('return 7;');
  const failed = await runShell('heliosdb dev half.js --once --db made.duckdb', folder);
  assert.equal(failed.code, 1);
  assert.match(failed.out, /FAIL three: 1\.5 → 7\.0 \(changed\)\n +expected 1\.5\n +got {6}7\.0/);
  await save('return (;');
  const wrong = await runShell('heliosdb dev half.js --once --db made.duckdb', folder);
  assert.equal(wrong.code, 1);
  assert.match(wrong.err, /does not compile[\s\S]*IN007/);
});

test('dev keeps what the registry says and the source does not', async () => {
  const shell = async (command: string): Promise<string> => {
    const { code, out, err } = await runShell(command, folder);
    assert.equal(code, 0, err);
    return out;
  };
  const info = async (): Promise<Record<string, unknown>> =>
    JSON.parse(await shell('heliosdb procedure info half --db held.duckdb --json'))[0];
  await save('return value / 2;');
  await shell('heliosdb compile half.js -o half.wasm');
  const sql = [
    'CREATE PROCEDURE half(value DOUBLE) RETURNS DOUBLE LANGUAGE wasm CALLED ON NULL INPUT',
    "VOLATILE ON ERROR NULL STRICT VISIBILITY COMMENT 'it is half' CAPABILITIES ()",
    "AS 'file://half.wasm'; ALTER PROCEDURE half SET (timeout_ms = 1234, batch_queries = false)",
  ].join(' ');
  await shell(`heliosdb sql --db held.duckdb "${sql}"`);
  const before = await info();
  assert.equal(before.volatility, 'VOLATILE', 'more than its imports make of it');

  await save('return value - value / 2;');
  assert.match(await shell('heliosdb dev half.js --once --db held.duckdb'), /version 2 swapped in/);
  const heldFields = ['volatility', 'limits', 'called_on_null_input', 'capabilities', 'comment'];
  const after = await info();
  for (const field of heldFields) assert.deepEqual(after[field], before[field], field);
  const held =
    "SELECT on_error, is_visibility_strict, options->>'timeout_ms' FROM heliosdb.procedures";
  assert.match(await shell(`heliosdb sql --db held.duckdb --csv "${held}"`), /^NULL,true,1234$/m);

  const given = '--memory 24MB --volatility immutable';
  await save('return value / 2 + 0;');
  await shell(`heliosdb dev half.js --once --db held.duckdb ${given}`);
  const { volatility, limits } = await info();
  assert.equal(volatility, 'IMMUTABLE', 'the command line says otherwise');
  const { memory_bytes_max: memory, timeout_ms: timeout } = JSON.parse(String(limits));
  assert.deepEqual([memory, timeout], [24 * 2 ** 20, 1234]);

  // One that was never declared follows the module: this one asks the database.
  const query = "return heliosdbQuery('SELECT 1 AS one')[0].one / 2 * value;";
  await save(query);
  const source = await readFile(join(folder, 'half.js'), 'utf8');
  const imports = "import { heliosdbQuery } from 'heliosdb-wasm-sdk';\n";
  await writeFile(join(folder, 'half.js'), imports + source);
  await shell('heliosdb dev half.js --once --db held.duckdb');
  assert.equal((await info()).volatility, 'STABLE');
});

test('what dev cannot work on is named', async () => {
  const absent = await runShell('heliosdb dev nothing.py', folder);
  assert.equal(absent.code, 1);
  assert.match(absent.err, /there is no file or folder nothing\.py/);
  const empty = await runShell('mkdir -p empty && heliosdb dev empty', folder);
  assert.match(empty.err, /empty has no source of a procedure/);
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Database } from '#storage';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

// The command lines of the specification, word for word.
const DEPLOY = `# Upload procedure
heliosdb-cli procedure create \\
  --name calculate_discount \\
  --file procedure.wasm \\
  --params "customer_id:BIGINT,order_total:DECIMAL" \\
  --returns DECIMAL \\
  --capabilities "read:customers"
`;
const VERIFY = `# Verify deployment
heliosdb-cli procedure list
heliosdb-cli procedure info calculate_discount
`;
const METRICS = `# View procedure metrics
heliosdb-cli procedure metrics calculate_discount
`;
const LOGS = `# View logs
heliosdb-cli logs --procedure calculate_discount --last 1h
`;
const PROFILE = `# Profile execution
heliosdb-cli procedure profile calculate_discount
`;

let folder: string;

/** Runs shell lines in the folder, where `heliosdb-cli` is the program of this checkout. */
async function shell(lines: string): Promise<{ code: number; out: string; err: string }> {
  const child = spawn('sh', ['-e', '-c', lines], {
    cwd: folder,
    env: {
      ...process.env,
      NO_COLOR: '1',
      PATH: `${folder}${delimiter}${process.env.PATH}`,
      HELIOSDB_DB: 'production.duckdb',
    },
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const [code] = (await once(child, 'close')) as [number];
  return { code, out, err };
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heliosdb-seed-cli-'));
  const program = `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, 'cli/start.mjs')}' "$@"\n`;
  await writeFile(join(folder, 'heliosdb-cli'), program);
  await chmod(join(folder, 'heliosdb-cli'), 0o755);
  const module = join(ROOT, 'examples/procedures/calculate_discount.wasm');
  await cp(module, join(folder, 'procedure.wasm'));
  await using database = await Database.open({ path: join(folder, 'production.duckdb') });
  await database.withConnection((connection) =>
    connection.run(`
      CREATE TABLE customers (id BIGINT PRIMARY KEY, loyalty_tier VARCHAR);
      INSERT INTO customers VALUES (12345, 'platinum'), (1, 'gold'), (2, 'silver');`),
  );
});

after(() => rm(folder, { recursive: true, force: true }));

describe('the command lines of the specification', () => {
  it('deploy a procedure', async () => {
    const { code, out, err } = await shell(DEPLOY);
    assert.deepEqual([code, out], [0, ''], err);
    assert.match(err, /calculate_discount\(customer_id BIGINT, order_total DECIMAL/);
  });

  it('verify it', async () => {
    const { code, out, err } = await shell(VERIFY);
    assert.equal(code, 0, err);
    assert.match(out, /read:customers/);
    assert.match(out, /active_version +1\n/);
    assert.match(out, /module_hash +[0-9a-f]{64}/);
  });

  it('monitor it, over what earlier commands did', async () => {
    const sql = 'SELECT calculate_discount(12345, 599.99), calculate_discount(1, 10)';
    const { out: answer } = await shell(`heliosdb-cli sql --csv "${sql}"`);
    assert.match(answer, /119\.998,1\.5/);
    const metrics = await shell(METRICS);
    assert.equal(metrics.code, 0, metrics.err);
    assert.match(metrics.out, /calculate_discount +│ +1 │ +2 │/);
    assert.match(metrics.out, /SELECT loyalty_tier FROM customers WHERE id = \?/);
    const logs = await shell(LOGS);
    assert.equal(logs.code, 0, logs.err);
    assert.match(logs.out, /Applied platinum discount: \$120\.00/);
    assert.match(logs.out, /Applied gold discount: \$1\.50/);
  });

  it('profile it, by repeating real calls', async () => {
    const { code, out, err } = await shell(PROFILE);
    assert.equal(code, 0, err);
    assert.match(out, /SQL: SELECT loyalty_tier FROM customers WHERE id = \?/);
    const text = await readFile(join(folder, 'calculate_discount.cpuprofile'), 'utf8');
    const profile = JSON.parse(text) as {
      nodes: readonly { id: number; callFrame: { functionName: string } }[];
      samples: readonly number[];
      timeDeltas: readonly number[];
    };
    assert.equal(profile.samples.length, profile.timeDeltas.length);
    const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame.functionName]));
    assert.ok(profile.samples.some((id) => names.get(id)?.startsWith('SQL: ')));
    assert.ok(profile.samples.every((id) => names.has(id)));
    // What is repeated is not counted as having happened.
    const { out: metrics } = await shell(METRICS);
    assert.match(metrics, /calculate_discount +│ +1 │ +2 │/);
  });

  it('profile a statement instead', async () => {
    const sql = 'SELECT sum(calculate_discount(1 + range % 2, range)) FROM range(3000)';
    const line = `heliosdb-cli procedure profile --sql "${sql}" -o statement.json --json`;
    const { code, out, err } = await shell(line);
    assert.equal(code, 0, err);
    const { file, lines } = JSON.parse(out) as { file: string; lines: { name: string }[] };
    assert.match(file, /statement\.json$/);
    assert.ok(lines.some(({ name }) => name === 'calculate_discount'));
  });

  it('say the same as JSON', async () => {
    const { out } = await shell('heliosdb-cli procedure metrics calculate_discount --json');
    const { metrics } = JSON.parse(out) as { metrics: readonly Record<string, unknown>[] };
    assert.deepEqual(
      metrics.map(({ version, calls, errors }) => [version, calls, errors]),
      [[1, 2, 0]],
    );
    const listed = await shell('heliosdb-cli procedure list --json');
    assert.equal((JSON.parse(listed.out) as { name: string }[])[0]?.name, 'calculate_discount');
    const none = await shell(
      'heliosdb-cli logs --procedure calculate_discount --level warn --json',
    );
    assert.equal(none.out, '[]\n');
  });
});

describe('further lines about procedures', () => {
  it('add a version, go back, and drop', async () => {
    const add = await shell(
      'heliosdb-cli procedure add-version calculate_discount --file procedure.wasm --capabilities "read:customers"',
    );
    assert.match(add.err, /is at version 2/);
    const back = await shell('heliosdb-cli procedure use-version calculate_discount 1 --json');
    assert.equal((JSON.parse(back.out) as { active_version: number }).active_version, 1);
    const drop = await shell('heliosdb-cli procedure drop calculate_discount');
    assert.deepEqual([drop.code, drop.err], [0, 'dropped calculate_discount\n']);
    const gone = await shell('heliosdb-cli procedure info calculate_discount');
    assert.equal(gone.code, 1);
    assert.match(gone.err, /42883/);
  });

  const wrong: readonly (readonly [string, string, RegExp])[] = [
    ['no file', 'procedure create --name p --returns BIGINT', /--file is missing/],
    [
      'a bad parameter',
      'procedure create --name p --returns BIGINT --file x --params x',
      /is not a parameter/,
    ],
    ['a bad version', 'procedure use-version p two', /is not a version/],
    ['a bad span', 'logs --last yesterday', /length of time/],
    ['a bad level', 'logs --level loud', /log level/],
    ['nothing to profile', 'procedure profile', /--sql is missing/],
    ['an unknown verb', 'procedure creat', /did you mean procedure create/],
    ['no verb', 'procedure', /procedure create/],
  ];
  for (const [what, line, message] of wrong) {
    it(`ends with code 2 for ${what}`, async () => {
      const { code, err } = await shell(`heliosdb-cli ${line}`);
      assert.equal(code, 2, err);
      assert.match(err, message);
    });
  }
});

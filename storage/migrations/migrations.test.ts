import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Database } from '../connection/database.ts';

const folder = import.meta.dirname;
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.sql'))
  .sort();

test('migrations are numbered without gaps', () => {
  names.forEach((name, index) => {
    assert.match(name, new RegExp(`^${String(index + 1).padStart(4, '0')}-[a-z0-9-]+\\.sql$`));
  });
});

test('every migration applies in a transaction, in order, and names its tables in schema heliosdb', async () => {
  await using database = await Database.open({ path: ':memory:' });
  await using connection = await database.connect();
  for (const name of names) {
    const script = readFileSync(join(folder, name), 'utf8');
    await connection.transaction(() => connection.run(script));
  }
  const { rows } = await connection.query(
    `SELECT DISTINCT schema_name FROM duckdb_tables()
     UNION SELECT schema_name FROM duckdb_views() WHERE NOT internal`,
  );
  assert.deepEqual(rows, [['heliosdb']]);
});

test('a database whose process was killed after the migrations can be opened', async (context) => {
  const directory = mkdtempSync(join(tmpdir(), 'heliosdb-migrations-'));
  context.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'alive.duckdb');
  await using database = await Database.open({ path });
  await using connection = await database.connect();
  for (const name of names) await connection.run(readFileSync(join(folder, name), 'utf8'));
  // What is on the disk while it is open is what a killed process leaves behind.
  const left = join(directory, 'left.duckdb');
  copyFileSync(path, left);
  copyFileSync(`${path}.wal`, `${left}.wal`);
  await using opened = await Database.open({ path: left });
  const { rows } = await opened.withConnection((reader) =>
    reader.query("SELECT count(*)::INTEGER FROM duckdb_tables() WHERE schema_name = 'heliosdb'"),
  );
  const { rows: expected } = await connection.query(
    "SELECT count(*)::INTEGER FROM duckdb_tables() WHERE schema_name = 'heliosdb'",
  );
  assert.deepEqual(rows, expected);
});

test('a procedure row can be altered while its versions exist', async () => {
  await using database = await Database.open({ path: ':memory:' });
  await using connection = await database.connect();
  for (const name of names) await connection.run(readFileSync(join(folder, name), 'utf8'));
  await connection.run(`
    INSERT INTO heliosdb.procedures (id, name, parameters, parameter_count, returns, volatility, active_version)
    VALUES ('p', 'double_it', '[]', 0, 'BIGINT', 'STABLE', 1);
    INSERT INTO heliosdb.procedure_versions (procedure_id, version, module_hash, entry, abi_version)
    VALUES ('p', 1, 'hash', 'double_it', '1.0'), ('p', 2, 'hash', 'double_it', '1.0')`);
  const { rowCount } = await connection.query(
    "UPDATE heliosdb.procedures SET active_version = 2, comment = 'twice' WHERE id = 'p'",
  );
  assert.equal(rowCount, 1);
  await assert.rejects(
    connection.run("UPDATE heliosdb.procedures SET volatility = 'SOMETIMES' WHERE id = 'p'"),
    { sqlstate: '23514' },
  );
});

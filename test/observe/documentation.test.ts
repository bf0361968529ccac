import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { openWithEngine } from '../ddl/scene.ts';

const read = (name: string) => readFile(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

test('docs/sql.md names every function of the engine, and no other', async () => {
  await using database = await openWithEngine();
  await using connection = await database.connect();
  const { rows } = await connection.query(
    `SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_name LIKE 'heliosdb\\_%' ESCAPE '\\'
       AND NOT regexp_matches(function_name, '^heliosdb_(invoke|compute)_')`,
  );
  const registered = rows.map(([name]) => String(name)).sort();
  const text = await read('sql.md');
  const named = [...text.matchAll(/`(heliosdb_[a-z_]+)\(/g)].map(([, name]) => String(name));
  assert.deepEqual([...new Set(named)].sort(), registered);
});

test('docs/observability.md explains every column', async () => {
  await using database = await openWithEngine();
  await using connection = await database.connect();
  const text = await read('observability.md');
  for (const name of ['metrics', 'custom_metrics', 'query_shapes', 'samples', 'logs']) {
    const { columns } = await connection.query(`FROM heliosdb_${name}() LIMIT 0`);
    for (const column of columns) {
      // What a shape and a sample belong to is said once.
      assert.ok(text.includes(`\`${column.name}\``) || column.name === 'shape', column.name);
    }
  }
});

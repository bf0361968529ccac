/** A service on a database that it may not write: its own memory lies elsewhere. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDatabase } from '#agent';
import { Gateway } from '#runtime';
import { startService } from '#server';
import type { Json } from './scene.ts';

for (const hasRoles of [true, false]) {
  test(`a read-only database ${hasRoles ? 'with' : 'without'} roles is answered from, and not one of its bytes changes`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'helios-read-only-'));
    const path = join(folder, 'sample.duckdb');
    try {
      const made = await openDatabase({ path, isReadOnly: false, engine: 'always' });
      await made.withConnection((one) =>
        one.run('CREATE TABLE orders AS SELECT range AS order_id FROM range(50)'),
      );
      if (hasRoles) {
        await made.withConnection(async (one) => {
          const script = 'CREATE ROLE clerk; GRANT SELECT ON orders TO clerk;';
          for await (const _ of new Gateway(one, {
            baseDirectory: folder,
            allowFiles: false,
          }).execute(script)) {
            // Nothing to read.
          }
        });
      }
      await made.close();
      const before = await readFile(path);
      await using first = await serve(path, folder);
      const { secret } = await first.call('POST', '/tokens', { name: 'ci', role: 'reader' });
      const run = await first.ask('How many orders are there?');
      assert.deepEqual([run.status, run.rows], ['ok', [[50]]], JSON.stringify(run));
      for (const sql of [
        'INSERT INTO orders VALUES (1)',
        'CREATE TABLE other (a INTEGER)',
        'CREATE ROLE emea',
        'CREATE ROW FILTER ON orders TO clerk WHERE true',
        ...(hasRoles
          ? [
              'GRANT SELECT ON orders TO clerk',
              'REVOKE SELECT ON orders FROM clerk',
              'DROP ROLE clerk',
            ]
          : []),
        'DROP TABLE orders',
      ]) {
        const refused = await first.call('POST', '/sql', { sql });
        assert.match(
          refused.error?.message ?? '',
          /read-only/,
          `${sql}: ${JSON.stringify(refused)}`,
        );
        assert.equal(refused.error.sqlstate, '25006', sql);
      }
      const shown = await first.call('POST', '/sql', { sql: 'SHOW ROLES' });
      assert.deepEqual(shown.rows, hasRoles ? [['clerk', 1]] : []);
      const change = await first.ask('delete all orders');
      assert.equal(change.status, 'confirm', change.answer);
      assert.equal(change.confirmation.token, null, 'nobody could make it');
      assert.equal((await first.call('GET', '/catalog')).isReadOnly, true);
      await first.close();
      await using second = await serve(path, folder);
      const again = await second.call('GET', `/runs/${run.id}`);
      assert.deepEqual(again.run.rows, [[50]], 'runs outlive the service');
      const me = await second.call('GET', '/me', undefined, secret);
      assert.equal(me.role, 'reader', 'tokens outlive the service');
      await second.close();
      assert.deepEqual(await readFile(path), before);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

async function serve(path: string, folder: string) {
  const database = await openDatabase({ path, isReadOnly: true, engine: 'always' });
  const place = { host: '127.0.0.1', port: 0, stateDirectory: join(folder, 'state') };
  const service = await startService({ database, version: '0.0.0', ...place });
  const call = async (
    method: string,
    address: string,
    body?: object,
    secret?: string,
  ): Promise<Json> => {
    const response = await fetch(`${service.url}/api/v1${address}`, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return text.startsWith('{') ? JSON.parse(text) : text;
  };
  const ask = async (question: string): Promise<Json> => {
    const { run } = await call('POST', '/runs', { question });
    await call('GET', `/runs/${run.id}/events`);
    return (await call('GET', `/runs/${run.id}`)).run;
  };
  const close = (): Promise<void> => service.close(0);
  return { call, ask, close, [Symbol.asyncDispose]: close };
}

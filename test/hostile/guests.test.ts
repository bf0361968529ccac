/**
 * Every hostile guest of this folder. A case fails its statement with the documented state, the
 * next statement on the same connection works, and nothing stays alive.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeliosError } from '#core';
import { ensureEngine, Gateway } from '#runtime';
import type { Connection } from '#storage';
import { Database } from '#storage';
import type { HostileCase, HostileGuest } from './guest-file.ts';
import { HOSTILE_FOLDER, isState, readGuests } from './guest-file.ts';
import { checkPromisedFields } from './promised-fields.ts';

let database: Database;
let connection: Connection;
let gateway: Gateway;

before(async () => {
  const engine = await ensureEngine({ onProgress: (line) => console.error(line) });
  database = await Database.open({ path: ':memory:', extensions: [engine] });
  connection = await database.connect();
  gateway = new Gateway(connection, { baseDirectory: HOSTILE_FOLDER, allowFiles: true });
});
after(() => database.close());

for (const guest of readGuests()) {
  if (guest.create !== null) {
    const { create } = guest;
    test(`${guest.name}: ${guest.title}`, async () => {
      checkOutcome(await attempt(() => run(createStatement(guest, 'entry'))), create);
      await checkAftermath();
    });
  }
  for (const hostile of guest.cases) {
    test(`${guest.name}/${hostile.entry}: ${hostile.expected}`, async (context) => {
      context.after(() => run('DROP PROCEDURE hostile'));
      await run(createStatement(guest, hostile.entry));
      const outcome = await attempt(async () => {
        const { rows } = await connection.query('SELECT hostile(1)::VARCHAR');
        return rows[0]?.[0] ?? null;
      });
      checkOutcome(outcome, hostile);
      await checkAftermath();
    });
  }
}

async function run(script: string): Promise<void> {
  for await (const _ of gateway.execute(script));
}

function createStatement({ name, clauses }: HostileGuest, entry: string): string {
  return `CREATE PROCEDURE hostile(x BIGINT) RETURNS BIGINT LANGUAGE wasm ENTRY '${entry}' ${clauses}
    AS 'file://${name}.wat'`;
}

async function attempt(work: () => Promise<unknown>): Promise<unknown> {
  return work().catch((error: unknown) => error);
}

function checkOutcome(outcome: unknown, { expected, text }: HostileCase): void {
  if (!isState(expected)) {
    assert.equal(outcome === null ? 'NULL' : String(outcome), expected);
    return;
  }
  assert(HeliosError.isInstance(outcome), `no error but ${String(outcome)}`);
  const said = [outcome.message, outcome.detail, outcome.hint].join('\n');
  assert.equal(outcome.sqlstate, expected, said);
  checkPromisedFields(outcome);
  assert(said.includes(text), `"${text}" is not in ${said}`);
  assert.doesNotMatch(said.replaceAll('\n', ''), /[\p{Cc}\u2028\u2029\u202a-\u202e]/u);
  assert(!said.includes('forged\n'), `guest text became a section of its own: ${said}`);
  assert(said.length < 10_000, 'the text is bounded');
  const values = Object.values(outcome.fields).join('\n');
  assert.doesNotMatch(values.replaceAll('\n', ''), /[\p{Cc}\u2028\u2029\u202a-\u202e]/u);
  assert(values.length < 11_000, 'the fields are bounded');
}

/** The next statement on the same connection works, and nobody holds a guest any more. */
async function checkAftermath(): Promise<void> {
  assert.deepEqual((await connection.query('SELECT 40 + 2')).rows, [[42]]);
  const { rows } = await connection.query(
    "SELECT name, value FROM heliosdb_engine_stats() WHERE name IN ('executions', 'nested_connections')",
  );
  for (const [name, value] of rows) assert.equal(value, 0n, String(name));
  // A thread of the engine's own may be warming a guest at this moment.
  for (let left = 50; (await instancesInUse()) > 0n; left -= 1) {
    assert(left > 0, 'guests stay alive');
    await sleep(10);
  }
}

async function instancesInUse(): Promise<bigint> {
  const sql = "SELECT value FROM heliosdb_engine_stats() WHERE name = 'instances_in_use'";
  return (await connection.query(sql)).rows[0]?.[0] as bigint;
}

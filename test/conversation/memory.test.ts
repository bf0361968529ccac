/** What is remembered, in the database and beside it. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { ConversationTurn, Memory } from '#agent';
import { openMemory } from '#agent';
import { fixedClock } from '#core';
import { Database } from '#storage';

const clock = fixedClock('2026-06-30T18:00:00Z');
const migrations = join(import.meta.dirname, '../../storage/migrations');

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'helios-memory-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function turn(question: string): ConversationTurn {
  return { question, status: 'ok', answer: 'It is 1.', sql: 'SELECT 1', plan: null };
}

async function open(kind: 'plain' | 'ours', readOnly = false): Promise<Database> {
  const path = join(folder, 'data.duckdb');
  if (readOnly) return await Database.open({ path, readOnly });
  const database = await Database.open({ path });
  await database.withConnection(async (connection) => {
    await connection.run('CREATE TABLE IF NOT EXISTS t (a INTEGER)');
    const names =
      kind === 'ours' ? readdirSync(migrations).filter((name) => name.endsWith('.sql')) : [];
    for (const name of names.sort())
      await connection.run(readFileSync(join(migrations, name), 'utf8'));
  });
  return database;
}

async function exercise(memory: Memory): Promise<void> {
  await memory.addTurn('c-1', turn("It's \u{1F980}; DROP TABLE t; --"));
  await memory.addTurn('c-2', turn('Other?'));
  clock.advance(1000);
  await memory.addTurn('c-1', { ...turn('And?'), sql: null, status: 'refused' });
  const questions = (await memory.turns('c-1')).map(({ question }) => question);
  assert.deepEqual(questions, ["It's \u{1F980}; DROP TABLE t; --", 'And?']);
  const listed = await memory.conversations();
  assert.deepEqual(
    listed.map(({ id, turnCount }) => [id, turnCount]),
    [
      ['c-1', 2],
      ['c-2', 1],
    ],
  );
  assert.deepEqual(await memory.turns('c-9'), []);
  await memory.remember({ question: 'How many?', sql: 'SELECT 1' });
  await memory.remember({ question: 'how  many', sql: 'SELECT 2' });
  assert.deepEqual(await memory.verified(), [{ question: 'how  many', sql: 'SELECT 2' }]);
  assert.equal(await memory.forget('HOW MANY?'), true);
  assert.equal(await memory.forget('HOW MANY?'), false);
}

describe('memory', () => {
  it('lies in the database where it has the tables and may be written', async () => {
    await using database = await open('ours');
    const memory = await openMemory({ database, directory: folder, clock });
    assert.equal(memory.place, 'the database');
    await exercise(memory);
  });

  it('lies beside a database that is not ours, readable by its owner alone', async () => {
    await using database = await open('plain');
    const memory = await openMemory({ database, directory: folder, clock });
    await exercise(memory);
    const { mode } = await stat(memory.place);
    assert.equal(mode & 0o077, 0);
    const again = await openMemory({ database, directory: folder, clock });
    assert.equal((await again.turns('c-1')).length, 2);
  });

  it('reads a database that may not be written, and writes beside it', async () => {
    {
      await using database = await open('ours');
      const memory = await openMemory({ database, directory: folder, clock });
      await memory.remember({ question: 'A?', sql: 'SELECT 1' });
      await memory.addTurn('c-1', turn('First?'));
    }
    await using database = await open('ours', true);
    const memory = await openMemory({ database, directory: folder, clock });
    await memory.addTurn('c-1', turn('Second?'));
    await memory.remember({ question: 'a', sql: 'SELECT 3' });
    assert.deepEqual(
      (await memory.turns('c-1')).map(({ question }) => question),
      ['First?', 'Second?'],
    );
    // The newer one stands for the older.
    assert.deepEqual(await memory.verified(), [{ question: 'a', sql: 'SELECT 3' }]);
  });

  it('takes a damaged file for an empty one', async () => {
    await using database = await open('plain');
    const memory = await openMemory({ database, directory: folder, clock });
    await memory.addTurn('c-1', turn('First?'));
    writeFileSync(memory.place, '{"conversations": 3');
    const again = await openMemory({ database, directory: folder, clock });
    assert.deepEqual(await again.conversations(), []);
    await again.addTurn('c-1', turn('First?'));
  });
});

/** Forms of everyday English over small databases, answered as SQL written by hand answers them. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ask, parseQuestions } from '#agent';
import { toJson } from '#core';
import { Database } from '#storage';

const now = '2026-06-15T12:00:00Z';

/** Rows as sorted texts, without the last digits of floating-point numbers. */
function comparable(rows: readonly (readonly unknown[])[]): string[] {
  return rows
    .map((row) => row.map((cell) => (typeof cell === 'number' ? cell.toPrecision(12) : `${cell}`)))
    .map((row) => row.join(' | '))
    .sort();
}

/** Each database is a script with a file of questions of the same name. */
const folder = join(import.meta.dirname, 'everyday');
const files = globSync('*.jsonl', { cwd: folder }).sort();

for (const file of files) {
  const name = basename(file, '.jsonl');
  const questions = parseQuestions(readFileSync(join(folder, file), 'utf8'), file);
  describe(`questions over ${name}`, () => {
    let database: Database;

    before(async () => {
      database = await Database.open({ path: ':memory:' });
      const script = readFileSync(join(folder, `${name}.sql`), 'utf8');
      await database.withConnection(async (connection) => {
        for (const statement of script.split(/;\s*\n/)) {
          if (statement.replace(/^--.*$/gm, '').trim() !== '') await connection.run(statement);
        }
      });
    });

    after(() => database.close());

    for (const { question, gold } of questions) {
      if (gold === null) {
        it(`${question} is not answered`, async () => {
          const answer = await ask({ question, database, now });
          assert.ok(answer.status === 'refused' || answer.status === 'clarify', answer.sql ?? '');
        });
        continue;
      }
      it(`${question} is answered as by hand`, async () => {
        const answer = await ask({ question, database, now });
        assert.equal(answer.status, 'ok', answer.answer);
        const [byHand] = gold.sql ?? [];
        assert.ok(byHand !== undefined);
        const expected = await database.withConnection((connection) => connection.query(byHand));
        const rows = expected.rows.map((row) => row.map((cell) => toJson(cell)));
        assert.deepEqual(comparable(answer.rows), comparable(rows), answer.sql ?? '');
      });
    }
  });
}

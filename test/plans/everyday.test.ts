/** Forms of everyday English over small databases, answered as SQL written by hand answers them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ask } from '#agent';
import { toJson } from '#core';
import { Database } from '#storage';
import { EVERYDAY_QUESTIONS, UNANSWERED } from './everyday.questions.ts';
import { SHORT_NAMED_QUESTIONS, SHORT_NAMED_UNANSWERED } from './short-named.questions.ts';

const now = '2026-06-15T12:00:00Z';

/** Rows as sorted texts, without the last digits of floating-point numbers. */
function comparable(rows: readonly (readonly unknown[])[]): string[] {
  return rows
    .map((row) => row.map((cell) => (typeof cell === 'number' ? cell.toPrecision(12) : `${cell}`)))
    .map((row) => row.join(' | '))
    .sort();
}

const databases = { ...EVERYDAY_QUESTIONS, ...SHORT_NAMED_QUESTIONS };
const unanswered = { ...UNANSWERED, ...SHORT_NAMED_UNANSWERED };

for (const [name, questions] of Object.entries(databases)) {
  describe(`questions over ${name}`, () => {
    let database: Database;

    before(async () => {
      database = await Database.open({ path: ':memory:' });
      const script = readFileSync(join(import.meta.dirname, 'everyday', `${name}.sql`), 'utf8');
      await database.withConnection(async (connection) => {
        for (const statement of script.split(/;\s*\n/)) {
          if (statement.replace(/^--.*$/gm, '').trim() !== '') await connection.run(statement);
        }
      });
    });

    after(() => database.close());

    for (const { question, byHand } of questions) {
      it(`${question} is answered as by hand`, async () => {
        const answer = await ask({ question, database, now });
        assert.equal(answer.status, 'ok', answer.answer);
        const expected = await database.withConnection((connection) => connection.query(byHand));
        const rows = expected.rows.map((row) => row.map((cell) => toJson(cell)));
        assert.deepEqual(comparable(answer.rows), comparable(rows), answer.sql ?? '');
      });
    }

    for (const question of unanswered[name] ?? []) {
      it(`${question} is not answered`, async () => {
        const answer = await ask({ question, database, now });
        assert.ok(answer.status === 'refused' || answer.status === 'clarify', answer.sql ?? '');
      });
    }
  });
}

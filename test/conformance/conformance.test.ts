/** One table of cases, run against the same procedures in every language that has an SDK. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';
import { HeliosError } from '#core';
import { compileProcedure } from '#runtime';
import type { Database } from '#storage';
import type { Session } from '../ddl/scene.ts';
import { openSession, openWithEngine } from '../ddl/scene.ts';

interface ExpectedError {
  readonly name: string;
  /** What the error's detail is, with the guest's own code. */
  readonly detail?: string;
  /** A regular expression for what the error says. */
  readonly matches: string;
}

/** One line of the table: what a statement gives, or the error it fails with. */
interface Case {
  readonly feature: string;
  readonly sql: string;
  /** The only value, as DuckDB prints it. */
  readonly value?: string;
  readonly error?: ExpectedError;
  /** Errors of the languages that differ. */
  readonly errors?: Readonly<Record<string, ExpectedError>>;
  readonly log?: { readonly level: string; readonly message: string };
  /** A statement that is run afterwards, and what it gives. */
  readonly after?: string;
  readonly leaves?: string;
  /** Why a language is excused. */
  readonly skips?: Readonly<Record<string, string>>;
}

interface Table {
  /** What follows the name in CREATE PROCEDURE. */
  readonly procedures: Readonly<Record<string, string>>;
  readonly cases: readonly Case[];
}

interface Language {
  readonly title: string;
  readonly source: string;
  /** Whether the project brings all that compiling needs. */
  readonly isBuiltIn: boolean;
}

const LANGUAGES: Readonly<Record<string, Language>> = {
  rust: { title: 'Rust', source: 'features.rs', isBuiltIn: false },
  c: { title: 'C', source: 'features.c', isBuiltIn: false },
  javascript: { title: 'JavaScript', source: 'features.js', isBuiltIn: true },
  typescript: { title: 'TypeScript', source: 'features.ts', isBuiltIn: true },
  python: { title: 'Python', source: 'features.py', isBuiltIn: true },
  go: { title: 'Go', source: 'features.go', isBuiltIn: false },
};

const table: Table = parse(readFileSync(join(import.meta.dirname, 'cases.yaml'), 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'heliosdb-conformance-'));
let database: Database;
let session: Session;

before(async () => {
  database = await openWithEngine();
  session = await openSession(database);
  await session.run(`CREATE TABLE items (id BIGINT, label VARCHAR);
    INSERT INTO items VALUES (1, 'plain'), (2, 'O''Hara 雪'), (3, NULL)`);
});

after(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

/** Compiles a language's source; says what is missing where it cannot be compiled here. */
async function compile(language: string, { source, isBuiltIn }: Language): Promise<string | null> {
  try {
    await compileProcedure({
      source: join(import.meta.dirname, language, source),
      output: join(folder, `${language}.wasm`),
    });
    return null;
  } catch (error) {
    const isMissing =
      HeliosError.isInstance(error, 'toolchain_missing') ||
      HeliosError.isInstance(error, 'toolchain_outdated');
    if (!isMissing || isBuiltIn) throw error;
    return `${error.message}: ${error.hint}`;
  }
}

async function createProcedures(language: string): Promise<void> {
  for (const [name, signature] of Object.entries(table.procedures)) {
    const rights = name.startsWith('insert') ? "'read:items', 'write:items'" : "'read:*'";
    const [, declaration, onNull = ''] = /^(.*?)( CALLED ON NULL INPUT)?$/.exec(signature) ?? [];
    await session.run(`CREATE PROCEDURE ${language}_${name}${declaration} LANGUAGE wasm
      CAPABILITIES (${rights}) ${onNull} MEMORY '64MB' ENTRY '${name}'
      AS 'file://${join(folder, `${language}.wasm`)}'`);
  }
}

/** Runs a statement whose only value is compared as DuckDB prints it. */
async function printed(sql: string): Promise<string> {
  return String(await session.value(`SELECT (${sql})::VARCHAR`));
}

async function check(language: string, item: Case): Promise<void> {
  const sql = item.sql.replaceAll('@', `${language}_`);
  const expected = item.errors?.[language] ?? item.error;
  if (expected !== undefined) {
    const error = await session.error(sql);
    assert.equal(error.name, expected.name, error.message);
    if (expected.detail !== undefined) assert.equal(error.detail, expected.detail);
    assert.match(error.message, new RegExp(expected.matches));
    return;
  }
  assert.equal(await printed(sql), item.value);
  if (item.after !== undefined) assert.equal(await printed(item.after), item.leaves);
  if (item.log === undefined) return;
  const lines = await session.rows(`SELECT level, message FROM heliosdb_logs()
    WHERE procedure LIKE '${language}%' ORDER BY sequence DESC LIMIT 1`);
  assert.deepEqual(lines, [[item.log.level, item.log.message]]);
}

for (const [language, description] of Object.entries(LANGUAGES)) {
  test(`${description.title} passes the conformance suite`, async (context) => {
    const missing = await compile(language, description);
    if (missing !== null) return context.skip(missing);
    await createProcedures(language);
    for (const item of table.cases) {
      await context.test(item.feature, async () => {
        if (item.skips?.[language] === undefined) return check(language, item);
        // An excuse that is no longer needed has to go.
        await assert.rejects(check(language, item), `${language} passes what it is excused from`);
      });
    }
  });
}

/** The table of results that the documentation has. */
function resultsTable(): string {
  const languages = Object.entries(LANGUAGES);
  const reasons = [...new Set(table.cases.flatMap(({ skips = {} }) => Object.values(skips)))];
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rows = table.cases.map(({ feature, skips = {} }) =>
    row([
      feature,
      ...languages.map(([language]) => {
        const reason = skips[language];
        return reason === undefined ? 'yes' : `no (${reasons.indexOf(reason) + 1})`;
      }),
    ]),
  );
  const notes = reasons.map((reason, index) => `${index + 1}. ${reason}`);
  return [
    row(['feature', ...languages.map(([, { title }]) => title)]),
    row(Array.from({ length: languages.length + 1 }, () => '---')),
    ...rows,
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ].join('\n');
}

test('every language has an SDK, and the documentation has the results', () => {
  for (const [language, { source }] of Object.entries(LANGUAGES)) {
    assert.ok(existsSync(join(import.meta.dirname, language, source)), language);
  }
  const page = readFileSync(join(import.meta.dirname, '../../docs/languages.md'), 'utf8');
  assert.ok(page.includes(resultsTable()), `docs/languages.md lacks:\n${resultsTable()}`);
});

/** One table of cases, run against the same procedures in every language that has an SDK. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';
import { HeliosError } from '#core';
import { compileProcedure } from '#runtime';
import type { Database } from '#storage';
import type { Session } from '../ddl/scene.ts';
import { openSession, openWithEngine } from '../ddl/scene.ts';
import type { Server } from './https-server.ts';
import { startServer } from './https-server.ts';

interface ExpectedError {
  readonly name: string;
  readonly detail?: string;
  /** The guest's own number. */
  readonly code?: number;
  /** A regular expression for the guest's stack; null where the language cannot tell one. */
  readonly stack?: string | null;
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
  /** Capabilities of those that do more than read. */
  readonly rights: Readonly<Record<string, string>>;
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
  cpp: { title: 'C++', source: 'features.cpp', isBuiltIn: false },
  javascript: { title: 'JavaScript', source: 'features.js', isBuiltIn: true },
  typescript: { title: 'TypeScript', source: 'features.ts', isBuiltIn: true },
  python: { title: 'Python', source: 'features.py', isBuiltIn: true },
  ruby: { title: 'Ruby', source: 'features.rb', isBuiltIn: true },
  go: { title: 'Go', source: 'features.go', isBuiltIn: false },
  assemblyscript: { title: 'AssemblyScript', source: 'features.as.ts', isBuiltIn: true },
  java: { title: 'Java', source: 'Features.java', isBuiltIn: false },
  kotlin: { title: 'Kotlin', source: 'features.kt', isBuiltIn: false },
};

const table: Table = parse(readFileSync(join(import.meta.dirname, 'cases.yaml'), 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'heliosdb-conformance-'));
let database: Database;
let session: Session;
let server: Server;

before(async () => {
  server = await startServer(folder);
  database = await openWithEngine();
  session = await openSession(database);
  await session.run(`CREATE TABLE items (id BIGINT, label VARCHAR);
    INSERT INTO items VALUES (1, 'plain'), (2, 'O''Hara 雪'), (3, NULL);
    CREATE TABLE journal (note VARCHAR)`);
});

after(async () => {
  await database.close();
  await server[Symbol.asyncDispose]();
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
    const rights = filled(table.rights[name] ?? "'read:*'", language);
    const [, declaration, clauses = ''] =
      /^(.*?)( CALLED ON NULL INPUT| TIMEOUT '\w+')?$/.exec(signature) ?? [];
    await session.run(`CREATE PROCEDURE ${language}_${name}${declaration} LANGUAGE wasm
      CAPABILITIES (${rights}) ${clauses} MEMORY '64MB' ENTRY '${name}'
      AS 'file://${join(folder, `${language}.wasm`)}'`);
  }
}

/** A text of the table as it is for a language and this run. */
function filled(text: string, language: string): string {
  return text.replaceAll('@', `${language}_`).replaceAll('{port}', String(server.port));
}

/** Runs a statement whose only value is compared as DuckDB prints it. */
async function printed(sql: string): Promise<string> {
  return String(await session.value(`SELECT (${sql})::VARCHAR`));
}

async function check(language: string, item: Case): Promise<void> {
  const sql = filled(item.sql, language);
  const expected = item.errors?.[language] ?? item.error;
  if (expected === undefined) {
    assert.equal(await printed(sql), item.value && filled(item.value, language));
  } else {
    const error = await session.error(sql);
    assert.equal(error.name, expected.name, error.message);
    if (expected.detail !== undefined) {
      assert.equal(error.detail, filled(expected.detail, language));
    }
    assert.match(error.message, new RegExp(expected.matches));
    checkFields(error, expected, language);
  }
  if (item.after !== undefined) {
    assert.equal(await printed(filled(item.after, language)), item.leaves);
  }
  if (item.log === undefined) return;
  const lines = await session.rows(`SELECT level, message FROM heliosdb_logs()
    WHERE procedure LIKE '${language}%' ORDER BY sequence DESC LIMIT 1`);
  assert.deepEqual(lines, [[item.log.level, item.log.message]]);
}

/** The stack is a field of its own and no part of the message. */
function checkFields({ message, fields }: HeliosError, expected: ExpectedError, language: string) {
  if (expected.code !== undefined) {
    assert.equal(fields.code, expected.code);
    assert.match(String(fields.procedure), new RegExp(`^${language}_`));
    assert.doesNotMatch(message, /\n|line \d|\.\w+:\d/);
  }
  if (expected.stack === null) assert.equal(fields.stack, undefined);
  else if (expected.stack !== undefined) {
    assert.match(String(fields.stack), new RegExp(expected.stack, 'm'));
  }
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
  const path = join(import.meta.dirname, '../../docs/languages.md');
  const page = readFileSync(path, 'utf8');
  const written = page.replace(/\| feature \|[\s\S]*?(?=\n\n(?!1\. ))/, () => resultsTable());
  if (process.env.BLESS === '1') writeFileSync(path, written);
  else assert.equal(page, written, 'BLESS=1 writes the table of results anew');
});

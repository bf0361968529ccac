/** The clauses of CREATE and ALTER PROCEDURE: in any order, each at most once. */
import type { ModuleSource, NullCall, OnError, Options, Volatility } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { readType } from './fragments.ts';
import { expectString, isString } from './literals.ts';
import { readModuleSource } from './module-source.ts';
import { OptionList, readOptionList, readOptionValue } from './options.ts';

/** What the clauses of one statement said; null for those that were absent. */
export interface Clauses {
  returns: string | null;
  language: 'wasm' | null;
  capabilities: readonly string[] | null;
  volatility: Volatility | null;
  nullCall: NullCall | null;
  entry: string | null;
  onError: OnError | null;
  strictVisibility: boolean;
  /** Undefined while absent: `COMMENT NULL` is a clause too. */
  comment: string | null | undefined;
  module: ModuleSource | null;
  options: Options;
  /** Names of the clauses that were written, for messages. */
  readonly written: ReadonlySet<string>;
}

interface Reading {
  readonly cursor: Cursor;
  readonly clauses: Clauses;
  readonly list: OptionList;
}

/** Reads one clause after its first word. */
type ClauseReader = (reading: Reading, word: string) => void;

interface Clause {
  /** Clauses with the same name exclude each other. */
  readonly name: string;
  readonly read: ClauseReader;
}

const VOLATILITY: Clause = {
  name: 'volatility',
  read: ({ clauses }, word) => {
    clauses.volatility = word as Volatility;
  },
};

/** Clauses by the word that opens them. */
const CLAUSES: Readonly<Record<string, Clause>> = {
  RETURNS: { name: 'RETURNS', read: readReturns },
  LANGUAGE: { name: 'LANGUAGE', read: readLanguage },
  CAPABILITIES: { name: 'CAPABILITIES', read: readCapabilities },
  MEMORY: { name: 'MEMORY', read: readLimit },
  TIMEOUT: { name: 'TIMEOUT', read: readLimit },
  SET: { name: 'SET', read: ({ cursor, list }) => readOptionList(cursor, list) },
  IMMUTABLE: VOLATILITY,
  STABLE: VOLATILITY,
  VOLATILE: VOLATILITY,
  CALLED: { name: 'NULL INPUT', read: readCalledOnNull },
  STRICT: { name: 'STRICT', read: readStrict },
  ENTRY: { name: 'ENTRY', read: readEntry },
  ON: { name: 'ON ERROR', read: readOnError },
  COMMENT: { name: 'COMMENT', read: readComment },
  AS: {
    name: 'AS',
    read: ({ cursor, clauses }) => {
      clauses.module = readModuleSource(cursor);
    },
  },
};

/** Every word that can open a clause. */
export const CLAUSE_WORDS: readonly string[] = Object.keys(CLAUSES);

/**
 * Reads clauses up to the end of the statement.
 *
 * @param allowed the opening words that the statement takes.
 */
export function readClauses(cursor: Cursor, allowed: readonly string[]): Clauses {
  const list = new OptionList();
  const written = new Set<string>();
  const clauses: Clauses = {
    returns: null,
    language: null,
    capabilities: null,
    volatility: null,
    nullCall: null,
    entry: null,
    onError: null,
    strictVisibility: false,
    comment: undefined,
    module: null,
    options: {},
    written,
  };
  while (cursor.token !== null) {
    const { offset, word } = cursor;
    if (word === null || !allowed.includes(word)) throw cursor.failure([...allowed]);
    const clause = CLAUSES[word] as Clause;
    const name = clauseNameAt(cursor, word, clause);
    if (written.has(name)) throw cursor.errorAt(offset, `clause ${name} is given twice`);
    written.add(name);
    cursor.advance();
    clause.read({ cursor, clauses, list }, word);
  }
  clauses.options = list.options;
  return clauses;
}

/** Two words open two clauses each, told apart by what follows. */
function clauseNameAt(cursor: Cursor, word: string, clause: Clause): string {
  if (word === 'RETURNS' && isNullInputAhead(cursor)) return 'NULL INPUT';
  if (word === 'STRICT') {
    return cursor.nextWord === 'VISIBILITY' ? 'STRICT VISIBILITY' : 'NULL INPUT';
  }
  return clause.name;
}

function isNullInputAhead(cursor: Cursor): boolean {
  return cursor.nextWord === 'NULL';
}

function expectNullInput(cursor: Cursor): void {
  for (const word of ['ON', 'NULL', 'INPUT']) cursor.expectWord(word);
}

function readReturns({ cursor, clauses }: Reading): void {
  if (cursor.acceptWords('NULL')) {
    expectNullInput(cursor);
    clauses.nullCall = 'RETURNS NULL ON NULL INPUT';
    return;
  }
  cursor.mark('returns');
  clauses.returns = readType(cursor);
}

function readCalledOnNull({ cursor, clauses }: Reading): void {
  expectNullInput(cursor);
  clauses.nullCall = 'CALLED ON NULL INPUT';
}

function readStrict({ cursor, clauses }: Reading): void {
  if (cursor.acceptWords('VISIBILITY')) clauses.strictVisibility = true;
  else clauses.nullCall = 'RETURNS NULL ON NULL INPUT';
}

function readLanguage({ cursor, clauses }: Reading): void {
  const { offset } = cursor;
  const language = isString(cursor)
    ? expectString(cursor, 'wasm').value
    : cursor.expectName('wasm');
  if (language.toLowerCase() !== 'wasm') {
    throw cursor.errorAt(
      offset,
      `language ${language.slice(0, 40)} is not supported, expected wasm`,
      'Whatever language a procedure is written in, its compiled module is LANGUAGE wasm.',
    );
  }
  clauses.language = 'wasm';
}

function readCapabilities({ cursor, clauses }: Reading): void {
  cursor.mark('capabilities');
  cursor.expectSymbol('(');
  const capabilities: string[] = [];
  if (!cursor.isSymbol(')')) {
    do {
      cursor.mark(`capabilities[${capabilities.length}]`);
      capabilities.push(expectString(cursor, "capability such as 'read:customers'").value);
    } while (cursor.acceptSymbol(','));
  }
  cursor.expectSymbol(')', ',');
  clauses.capabilities = capabilities;
}

function readLimit({ cursor, list }: Reading, word: string): void {
  list.add(cursor, word, (option) => readOptionValue(cursor, option));
}

function readEntry({ cursor, clauses }: Reading): void {
  cursor.mark('entry');
  clauses.entry = isString(cursor)
    ? expectString(cursor, 'export').value
    : cursor.expectName('export');
}

function readOnError({ cursor, clauses }: Reading): void {
  cursor.expectWord('ERROR');
  clauses.onError = cursor.expectWord('NULL', 'FAIL') as OnError;
}

function readComment({ cursor, clauses }: Reading): void {
  clauses.comment = readCommentText(cursor);
}

/** Reads a comment's text; NULL removes the comment. */
export function readCommentText(cursor: Cursor): string | null {
  if (cursor.acceptWords('NULL')) return null;
  return expectString(cursor, 'comment').value;
}

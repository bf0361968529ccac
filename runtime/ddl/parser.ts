/** Parses the statements of ours out of a script; everything else belongs to DuckDB. */
import type {
  AlterAction,
  AlterProcedure,
  CallArgument,
  CallStatement,
  CreateProcedure,
  DdlStatement,
  DescribeProcedure,
  DropProcedure,
  Options,
  ParameterDefinition,
  ProcedureName,
  ProcedureReference,
} from './ast.ts';
import type { Clauses } from './clauses.ts';
import { CLAUSE_WORDS, readClauses, readCommentText } from './clauses.ts';
import { Cursor } from './cursor.ts';
import { readExpression, readType } from './fragments.ts';
import { expectInteger } from './literals.ts';
import {
  parseCreateRole,
  parseCreateRowFilter,
  parseDropRole,
  parseDropRowFilter,
  parseGrant,
  parseShowGrants,
  parseShowRowFilters,
} from './parse-roles.ts';
import type { ScriptStatement } from './script.ts';

/** A statement of ours, and where its parts stand in the script. */
export interface ParsedStatement {
  readonly tree: DdlStatement;
  /** Offsets by path, such as `parameters[0].type` or `module`. */
  readonly offsets: ReadonlyMap<string, number>;
}

type Owner =
  | 'create'
  | 'alter'
  | 'drop'
  | 'comment'
  | 'call'
  | 'show'
  | 'describe'
  | 'explain'
  | 'create_role'
  | 'drop_role'
  | 'grant'
  | 'show_roles'
  | 'show_grants'
  | 'create_row_filter'
  | 'drop_row_filter'
  | 'show_row_filters';

/** More parameters than any database would let a function have. */
const PARAMETER_COUNT_MAX = 1000;
const CREATE_MODIFIERS = ['TEMP', 'TEMPORARY', 'PERSISTENT'];
const VERSION_CLAUSES = ['CAPABILITIES', 'ENTRY', 'AS'];
const SET_CLAUSES = CLAUSE_WORDS.filter(
  (word) => !['LANGUAGE', 'CAPABILITIES', 'COMMENT', 'AS'].includes(word),
);
const ALTER_ACTIONS = ['VERSION', 'ADD', 'USE', 'RENAME', 'COMMENT', ...SET_CLAUSES];

/** Which of our statements the first words announce, or null for one of DuckDB's. */
function ownerOf(head: readonly string[]): Owner | null {
  const [first, second, third] = head;
  switch (first) {
    case 'CREATE': {
      if (second === 'ROLE') return 'create_role';
      const words = second === 'OR' && third === 'REPLACE' ? head.slice(3) : head.slice(1);
      if (words[0] === 'ROW' && words[1] === 'FILTER') return 'create_row_filter';
      const isModified = CREATE_MODIFIERS.includes(words[0] ?? '');
      return words[isModified ? 1 : 0] === 'PROCEDURE' ? 'create' : null;
    }
    case 'ALTER':
      return second === 'PROCEDURE' ? 'alter' : null;
    case 'GRANT':
    case 'REVOKE':
      return 'grant';
    case 'DROP':
      if (second === 'ROLE') return 'drop_role';
      if (second === 'ROW' && third === 'FILTER') return 'drop_row_filter';
      return second === 'PROCEDURE' ? 'drop' : null;
    case 'COMMENT':
      return second === 'ON' && third === 'PROCEDURE' ? 'comment' : null;
    case 'CALL':
      return 'call';
    case 'SHOW':
    case 'DESCRIBE':
    case 'DESC':
      // `SHOW procedures` with more behind it, or `DESCRIBE procedure` alone, names a table.
      if (first === 'SHOW' && second === 'PROCEDURES' && head.length === 2) return 'show';
      if (first === 'SHOW' && second === 'ROLES' && head.length === 2) return 'show_roles';
      if (first === 'SHOW' && second === 'GRANTS') return 'show_grants';
      if (first === 'SHOW' && second === 'ROW' && third === 'FILTERS') return 'show_row_filters';
      return second === 'PROCEDURE' && third !== undefined && third !== '.' ? 'describe' : null;
    case 'EXPLAIN':
      return explainedOwner(head.slice(1)) === null ? null : 'explain';
    default:
      return null;
  }
}

function explainedOwner(head: readonly string[]): Owner | null {
  const words = head[0] === 'ANALYZE' || head[0] === 'ANALYSE' ? head.slice(1) : head;
  const after = words[0] === '(' ? words.slice(words.indexOf(')') + 1) : words;
  const owner = ownerOf(after);
  return owner === 'explain' ? null : owner;
}

/**
 * Parses a statement, or returns null when it is one of DuckDB's.
 *
 * Throws 42601 with the offset in the script, and 54000 for nesting beyond the fixed maxima.
 * A CALL that has another form than a procedure's is DuckDB's.
 */
export function parseStatement(statement: ScriptStatement): ParsedStatement | null {
  const owner = ownerOf(statement.head);
  if (owner === null) return null;
  const cursor = new Cursor(statement);
  const tree = parseOwned(cursor, owner, statement);
  return tree === null ? null : { tree, offsets: cursor.offsets };
}

function parseOwned(cursor: Cursor, owner: Owner, statement: ScriptStatement): DdlStatement | null {
  switch (owner) {
    case 'create':
      return parseCreate(cursor);
    case 'alter':
      return parseAlter(cursor);
    case 'drop':
      return parseDrop(cursor);
    case 'comment':
      return parseCommentOn(cursor);
    case 'call':
      return parseCall(cursor);
    case 'show':
      return { kind: 'show_procedures' };
    case 'describe':
      return parseDescribe(cursor);
    case 'create_role':
      return parseCreateRole(cursor);
    case 'drop_role':
      return parseDropRole(cursor);
    case 'grant':
      return parseGrant(cursor, readReference);
    case 'show_roles':
      return { kind: 'show_roles' };
    case 'show_grants':
      return parseShowGrants(cursor);
    case 'create_row_filter':
      return parseCreateRowFilter(cursor);
    case 'drop_row_filter':
      return parseDropRowFilter(cursor);
    case 'show_row_filters':
      return parseShowRowFilters(cursor);
    case 'explain': {
      // EXPLAIN CALL may be meant for a pragma function, which is DuckDB's business.
      if (explainedOwner(statement.head.slice(1)) === 'call') return null;
      throw cursor.errorAt(
        statement.start,
        'EXPLAIN does not apply to statements about procedures',
        'EXPLAIN takes a query that calls the procedure.',
      );
    }
  }
}

function readProcedureName(cursor: Cursor): ProcedureName {
  cursor.mark('name');
  const first = cursor.expectName('procedure name');
  if (!cursor.acceptSymbol('.')) return { schema: null, name: first };
  return { schema: first, name: cursor.expectName('procedure name') };
}

function readReference(cursor: Cursor): ProcedureReference {
  const name = readProcedureName(cursor);
  if (!cursor.acceptSymbol('(')) return { ...name, parameterTypes: null };
  const parameterTypes: string[] = [];
  if (!cursor.isSymbol(')')) {
    do parameterTypes.push(readType(cursor));
    while (cursor.acceptSymbol(','));
  }
  cursor.expectSymbol(')', ',');
  return { ...name, parameterTypes };
}

function readParameter(cursor: Cursor, index: number): ParameterDefinition {
  cursor.mark(`parameters[${index}]`);
  const name = cursor.expectName('parameter name');
  cursor.mark(`parameters[${index}].type`);
  const type = readType(cursor);
  const hasDefault =
    cursor.acceptWords('DEFAULT') || cursor.acceptSymbol(':=') || cursor.acceptSymbol('=');
  cursor.mark(`parameters[${index}].default`);
  return { name, type, default: hasDefault ? readExpression(cursor) : null };
}

function readParameters(cursor: Cursor): readonly ParameterDefinition[] {
  cursor.expectSymbol('(');
  const parameters: ParameterDefinition[] = [];
  const names = new Set<string>();
  if (!cursor.isSymbol(')')) {
    do {
      if (parameters.length === PARAMETER_COUNT_MAX) {
        throw cursor.tooComplex(`procedure has more than ${PARAMETER_COUNT_MAX} parameters`);
      }
      const { offset } = cursor;
      const parameter = readParameter(cursor, parameters.length);
      const name = parameter.name.toLowerCase();
      if (names.has(name)) {
        throw cursor.errorAt(offset, `parameter ${parameter.name} is given twice`);
      }
      names.add(name);
      parameters.push(parameter);
    } while (cursor.acceptSymbol(','));
  }
  cursor.expectSymbol(')', ',', 'DEFAULT');
  return parameters;
}

function parseCreate(cursor: Cursor): CreateProcedure {
  cursor.expectWord('CREATE');
  const orReplace = cursor.acceptWords('OR', 'REPLACE');
  if (CREATE_MODIFIERS.includes(cursor.word ?? '') && !cursor.acceptWords('PERSISTENT')) {
    throw cursor.errorAt(cursor.offset, 'procedures cannot be temporary');
  }
  cursor.expectWord('PROCEDURE');
  const ifNotExists = cursor.acceptWords('IF', 'NOT');
  if (ifNotExists) cursor.expectWord('EXISTS');
  const name = readProcedureName(cursor);
  const parameters = readParameters(cursor);
  const clauses = readClauses(cursor, CLAUSE_WORDS);
  const { returns, language, module } = clauses;
  if (returns === null || language === null || module === null) {
    throw cursor.failure(missingClauses(clauses));
  }
  return {
    kind: 'create_procedure',
    orReplace,
    ifNotExists,
    ...name,
    parameters,
    returns,
    language,
    capabilities: clauses.capabilities,
    volatility: clauses.volatility,
    nullCall: clauses.nullCall,
    entry: clauses.entry,
    onError: clauses.onError,
    strictVisibility: clauses.strictVisibility,
    comment: clauses.comment ?? null,
    options: clauses.options,
    module,
  };
}

function missingClauses({ returns, language, module }: Clauses): readonly string[] {
  const missing = [];
  if (returns === null) missing.push('RETURNS');
  if (language === null) missing.push('LANGUAGE');
  if (module === null) missing.push('AS');
  return missing.slice(0, 1);
}

function readIfExists(cursor: Cursor): boolean {
  return cursor.acceptWords('IF', 'EXISTS');
}

function parseAlter(cursor: Cursor): AlterProcedure {
  cursor.expectWord('ALTER');
  cursor.expectWord('PROCEDURE');
  const ifExists = readIfExists(cursor);
  const reference = readReference(cursor);
  const action = readAlterAction(cursor);
  cursor.expectEnd();
  return { kind: 'alter_procedure', ...reference, ifExists, action };
}

function readAlterAction(cursor: Cursor): AlterAction {
  if (cursor.word === 'VERSION' || cursor.acceptWords('ADD')) return readAddVersion(cursor);
  if (cursor.acceptWords('USE')) {
    cursor.expectWord('VERSION');
    cursor.mark('action.version');
    return { kind: 'use_version', version: expectInteger(cursor, 'version number', 1) };
  }
  if (cursor.acceptWords('RENAME')) {
    cursor.expectWord('TO');
    cursor.mark('action.name');
    return { kind: 'rename', name: cursor.expectName('procedure name') };
  }
  if (cursor.acceptWords('COMMENT')) {
    return { kind: 'set_comment', comment: readCommentText(cursor) };
  }
  if (cursor.word === null || !SET_CLAUSES.includes(cursor.word)) {
    throw cursor.failure(ALTER_ACTIONS);
  }
  return { kind: 'set', options: optionsOf(cursor, readClauses(cursor, SET_CLAUSES)) };
}

function readAddVersion(cursor: Cursor): AlterAction {
  cursor.expectWord('VERSION');
  cursor.mark('action.version');
  const hasNumber = cursor.token?.kind === 'number' || cursor.isSymbol('-');
  const version = hasNumber ? expectInteger(cursor, 'version number', 1) : null;
  const { module, capabilities, entry } = readClauses(cursor, VERSION_CLAUSES);
  if (module === null) throw cursor.failure(['AS']);
  return { kind: 'add_version', version, module, capabilities, entry };
}

/** What a procedure's clauses are called where they are changed afterwards. */
function optionsOf(cursor: Cursor, clauses: Clauses): Options {
  if (clauses.returns !== null) {
    throw cursor.errorAt(
      cursor.offset,
      'the result type of a procedure cannot be altered',
      'CREATE OR REPLACE PROCEDURE gives a procedure another signature.',
    );
  }
  const entries: [string, string | boolean | null][] = [
    ['volatility', clauses.volatility],
    ['null_call', clauses.nullCall],
    ['entry', clauses.entry],
    ['on_error', clauses.onError],
    ['strict_visibility', clauses.strictVisibility ? true : null],
  ];
  return {
    ...clauses.options,
    ...Object.fromEntries(entries.filter(([, value]) => value !== null)),
  };
}

function parseDrop(cursor: Cursor): DropProcedure {
  cursor.expectWord('DROP');
  cursor.expectWord('PROCEDURE');
  const ifExists = readIfExists(cursor);
  const reference = readReference(cursor);
  const cascade = cursor.acceptWords('CASCADE');
  if (!cascade) cursor.acceptWords('RESTRICT');
  cursor.expectEnd('CASCADE', 'RESTRICT');
  return { kind: 'drop_procedure', ...reference, ifExists, cascade };
}

function parseCommentOn(cursor: Cursor): AlterProcedure {
  for (const word of ['COMMENT', 'ON', 'PROCEDURE']) cursor.expectWord(word);
  const reference = readReference(cursor);
  cursor.expectWord('IS');
  const comment = readCommentText(cursor);
  cursor.expectEnd();
  return {
    kind: 'alter_procedure',
    ...reference,
    ifExists: false,
    action: { kind: 'set_comment', comment },
  };
}

function parseDescribe(cursor: Cursor): DescribeProcedure {
  cursor.advance();
  cursor.expectWord('PROCEDURE');
  const name = readProcedureName(cursor);
  cursor.expectEnd();
  return { kind: 'describe_procedure', ...name };
}

/** A CALL of a form that no procedure has is left to DuckDB, which reports what is wrong. */
function parseCall(cursor: Cursor): CallStatement | null {
  cursor.expectWord('CALL');
  if (!isNameAhead(cursor)) return null;
  const name = readProcedureName(cursor);
  if (!cursor.acceptSymbol('(')) return null;
  const args: CallArgument[] = [];
  if (!cursor.isSymbol(')')) {
    do args.push(readArgument(cursor, args.length));
    while (cursor.acceptSymbol(','));
  }
  cursor.expectSymbol(')', ',');
  return cursor.token === null ? { kind: 'call', ...name, arguments: args } : null;
}

function isNameAhead(cursor: Cursor): boolean {
  const kind = cursor.token?.kind;
  return kind === 'quoted_identifier' || kind === 'word';
}

function readArgument(cursor: Cursor, index: number): CallArgument {
  const separator = cursor.textOf(cursor.peek());
  const isNamed = isNameAhead(cursor) && (separator === ':=' || separator === '=>');
  const name = isNamed ? cursor.expectName('parameter name') : null;
  if (isNamed) cursor.advance();
  cursor.mark(`arguments[${index}]`);
  return { name, expression: readExpression(cursor) };
}

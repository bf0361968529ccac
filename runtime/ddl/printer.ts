/** Prints trees as SQL text that parses to the same tree. */
import { printIdentifier, quoteLiteral } from '#core';
import type {
  AlterAction,
  AlterProcedure,
  CallStatement,
  CreateProcedure,
  CreateRowFilter,
  DdlStatement,
  DropProcedure,
  DropRowFilter,
  GrantObject,
  GrantStatement,
  ModuleSource,
  Options,
  OptionValue,
  ProcedureName,
  ProcedureReference,
} from './ast.ts';

/** A statement as SQL text without a semicolon. */
export function printStatement(statement: DdlStatement): string {
  switch (statement.kind) {
    case 'create_procedure':
      return printCreate(statement);
    case 'alter_procedure':
      return printAlter(statement);
    case 'drop_procedure':
      return printDrop(statement);
    case 'call':
      return `CALL ${printName(statement)}(${printArguments(statement)})`;
    case 'create_role':
      return `CREATE ROLE ${statement.ifNotExists ? 'IF NOT EXISTS ' : ''}${printIdentifier(statement.name)}`;
    case 'drop_role':
      return `DROP ROLE ${statement.ifExists ? 'IF EXISTS ' : ''}${printIdentifier(statement.name)}`;
    case 'grant':
    case 'revoke':
      return printGrant(statement);
    case 'show_roles':
      return 'SHOW ROLES';
    case 'show_grants':
      return `SHOW GRANTS${statement.role === null ? '' : ` FOR ${printIdentifier(statement.role)}`}`;
    case 'create_row_filter':
    case 'drop_row_filter':
      return printRowFilter(statement);
    case 'show_row_filters':
      return `SHOW ROW FILTERS${statement.role === null ? '' : ` FOR ${printIdentifier(statement.role)}`}`;
    case 'show_procedures':
      return 'SHOW PROCEDURES';
    case 'describe_procedure':
      return `DESCRIBE PROCEDURE ${printName(statement)}`;
  }
}

/** A qualified name as SQL text. */
export function printName({ schema, name }: ProcedureName): string {
  return schema === null
    ? printIdentifier(name)
    : `${printIdentifier(schema)}.${printIdentifier(name)}`;
}

/** Arguments as they stand between the brackets of a call. */
export function printArguments({ arguments: args }: CallStatement): string {
  return args
    .map(({ name, expression }) =>
      name === null ? expression : `${printIdentifier(name)} := ${expression}`,
    )
    .join(', ');
}

function printGrant({ kind, privileges, object, roles }: GrantStatement): string {
  const target = printGrantObject(object);
  return [
    kind === 'grant' ? 'GRANT' : 'REVOKE',
    privileges.join(', '),
    ...(target === null ? [] : ['ON', target]),
    kind === 'grant' ? 'TO' : 'FROM',
    roles.map(printIdentifier).join(', '),
  ].join(' ');
}

function printRowFilter(statement: CreateRowFilter | DropRowFilter): string {
  const roles = statement.roles.map(printIdentifier).join(', ');
  if (statement.kind === 'drop_row_filter') {
    const condition = statement.ifExists ? 'IF EXISTS ' : '';
    return `DROP ROW FILTER ${condition}ON ${statement.table} FROM ${roles}`;
  }
  const { orReplace, table, condition } = statement;
  return `CREATE ${orReplace ? 'OR REPLACE ' : ''}ROW FILTER ON ${table} TO ${roles} WHERE ${condition}`;
}

function printGrantObject(object: GrantObject): string | null {
  switch (object.kind) {
    case 'none':
      return null;
    case 'procedure':
      return `PROCEDURE ${printReference(object)}`;
    case 'all_procedures':
      return 'ALL PROCEDURES';
    case 'table':
      return `TABLE ${object.name}`;
    case 'all_tables':
      return 'ALL TABLES';
  }
}

function printReference(reference: ProcedureReference): string {
  const { parameterTypes } = reference;
  const types = parameterTypes === null ? '' : `(${parameterTypes.join(', ')})`;
  return `${printName(reference)}${types}`;
}

const MODULE_PREFIXES: Readonly<Record<ModuleSource['kind'], string>> = {
  base64: '',
  hex: '\\x',
  text: '',
  file: 'file://',
};

function printModule({ kind, text }: ModuleSource): string {
  const payload = `${MODULE_PREFIXES[kind]}${text}`;
  let tag = '$wasm$';
  for (let count = 1; payload.includes(tag); count += 1) tag = `$wasm${count}$`;
  return `AS ${tag}\n${payload}\n${tag}`;
}

function printOptionValue(value: OptionValue): string {
  if (value === null) return 'DEFAULT';
  return typeof value === 'string' ? quoteLiteral(value) : String(value).toUpperCase();
}

function printOptions(options: Options): string | null {
  const entries = Object.entries(options);
  if (entries.length === 0) return null;
  const items = entries.map(
    ([name, value]) => `${printIdentifier(name)} = ${printOptionValue(value)}`,
  );
  return `SET (${items.join(', ')})`;
}

function printCapabilities(capabilities: readonly string[] | null): string | null {
  return capabilities === null
    ? null
    : `CAPABILITIES (${capabilities.map(quoteLiteral).join(', ')})`;
}

function printClause(word: string, value: string | null): string | null {
  return value === null ? null : `${word} ${value}`;
}

function joinClauses(clauses: readonly (string | null)[]): string {
  return clauses.filter((clause) => clause !== null).join('\n');
}

function printCreate(statement: CreateProcedure): string {
  const parameters = statement.parameters.map(
    ({ name, type, default: value }) =>
      `${printIdentifier(name)} ${type}${value === null ? '' : ` DEFAULT ${value}`}`,
  );
  const replace = statement.orReplace ? 'OR REPLACE ' : '';
  const exists = statement.ifNotExists ? 'IF NOT EXISTS ' : '';
  return joinClauses([
    `CREATE ${replace}PROCEDURE ${exists}${printName(statement)}(${parameters.join(', ')})`,
    `RETURNS ${statement.returns}`,
    `LANGUAGE ${statement.language}`,
    printCapabilities(statement.capabilities),
    statement.volatility,
    statement.nullCall,
    printClause('ENTRY', statement.entry === null ? null : quoteLiteral(statement.entry)),
    printClause('ON ERROR', statement.onError),
    statement.strictVisibility ? 'STRICT VISIBILITY' : null,
    printOptions(statement.options),
    printClause('COMMENT', statement.comment === null ? null : quoteLiteral(statement.comment)),
    printModule(statement.module),
  ]);
}

function printAlter(statement: AlterProcedure): string {
  const exists = statement.ifExists ? 'IF EXISTS ' : '';
  return `ALTER PROCEDURE ${exists}${printReference(statement)} ${printAction(statement.action)}`;
}

function printAction(action: AlterAction): string {
  switch (action.kind) {
    case 'add_version':
      return joinClauses([
        action.version === null ? 'VERSION' : `VERSION ${action.version}`,
        printCapabilities(action.capabilities),
        printClause('ENTRY', action.entry === null ? null : quoteLiteral(action.entry)),
        printModule(action.module),
      ]);
    case 'use_version':
      return `USE VERSION ${action.version}`;
    case 'rename':
      return `RENAME TO ${printIdentifier(action.name)}`;
    case 'set':
      return printOptions(action.options) ?? 'SET ()';
    case 'set_comment':
      return `COMMENT ${action.comment === null ? 'NULL' : quoteLiteral(action.comment)}`;
  }
}

function printDrop(statement: DropProcedure): string {
  const exists = statement.ifExists ? 'IF EXISTS ' : '';
  return `DROP PROCEDURE ${exists}${printReference(statement)}${statement.cascade ? ' CASCADE' : ''}`;
}

/** Parses the statements about roles and what is granted to them. */
import { printIdentifier } from '#core';
import type {
  CreateRole,
  CreateRowFilter,
  DropRole,
  DropRowFilter,
  GrantObject,
  GrantStatement,
  Privilege,
  ProcedureReference,
  ShowGrants,
  ShowRowFilters,
} from './ast.ts';
import type { Cursor } from './cursor.ts';

const PROCEDURE_PRIVILEGES: readonly Privilege[] = ['EXECUTE', 'ALTER'];
const TABLE_PRIVILEGES: readonly Privilege[] = ['SELECT', 'WRITE'];
const PRIVILEGE_WORDS = ['EXECUTE', 'ALTER', 'SELECT', 'WRITE', 'CREATE'];
/** A name has at most a database, a schema and a table. */
const NAME_PARTS_MAX = 3;

export function parseCreateRole(cursor: Cursor): CreateRole {
  cursor.expectWord('CREATE');
  cursor.expectWord('ROLE');
  const ifNotExists = cursor.acceptWords('IF', 'NOT');
  if (ifNotExists) cursor.expectWord('EXISTS');
  const name = readRole(cursor);
  cursor.expectEnd();
  return { kind: 'create_role', name, ifNotExists };
}

export function parseDropRole(cursor: Cursor): DropRole {
  cursor.expectWord('DROP');
  cursor.expectWord('ROLE');
  const ifExists = cursor.acceptWords('IF', 'EXISTS');
  const name = readRole(cursor);
  cursor.expectEnd();
  return { kind: 'drop_role', name, ifExists };
}

/** `GRANT … ON … TO …`, or `REVOKE … ON … FROM …`. */
export function parseGrant(
  cursor: Cursor,
  readReference: (cursor: Cursor) => ProcedureReference,
): GrantStatement {
  const kind = cursor.expectWord('GRANT', 'REVOKE') === 'GRANT' ? 'grant' : 'revoke';
  const privileges = readPrivileges(cursor);
  const object = readObject(cursor, privileges, readReference);
  cursor.expectWord(kind === 'grant' ? 'TO' : 'FROM');
  const roles = readRoles(cursor);
  cursor.expectEnd(',');
  return { kind, privileges, object, roles };
}

/** `CREATE [OR REPLACE] ROW FILTER ON … TO … WHERE …`. */
export function parseCreateRowFilter(cursor: Cursor): CreateRowFilter {
  cursor.expectWord('CREATE');
  const orReplace = cursor.acceptWords('OR', 'REPLACE');
  cursor.expectWord('ROW');
  cursor.expectWord('FILTER');
  const table = readFilteredTable(cursor);
  cursor.expectWord('TO');
  const roles = readRoles(cursor);
  cursor.expectWord('WHERE');
  const { offset } = cursor;
  cursor.mark('condition');
  cursor.advance();
  while (cursor.token !== null) cursor.advance();
  const condition = cursor.textSince(offset);
  return { kind: 'create_row_filter', orReplace, table, roles, condition };
}

/** `DROP ROW FILTER [IF EXISTS] ON … FROM …`. */
export function parseDropRowFilter(cursor: Cursor): DropRowFilter {
  cursor.expectWord('DROP');
  cursor.expectWord('ROW');
  cursor.expectWord('FILTER');
  const ifExists = cursor.acceptWords('IF', 'EXISTS');
  const table = readFilteredTable(cursor);
  cursor.expectWord('FROM');
  const roles = readRoles(cursor);
  cursor.expectEnd(',');
  return { kind: 'drop_row_filter', ifExists, table, roles };
}

export function parseShowRowFilters(cursor: Cursor): ShowRowFilters {
  cursor.expectWord('SHOW');
  cursor.expectWord('ROW');
  cursor.expectWord('FILTERS');
  const hasRole = cursor.acceptWords('FOR') || cursor.acceptWords('TO');
  const role = hasRole ? readRole(cursor) : null;
  cursor.expectEnd(...(hasRole ? [] : ['FOR']));
  return { kind: 'show_row_filters', role };
}

function readFilteredTable(cursor: Cursor): string {
  cursor.expectWord('ON');
  if (cursor.word === 'TABLE') cursor.advance();
  return readTableName(cursor);
}

function readRoles(cursor: Cursor): readonly string[] {
  const roles = [readRole(cursor)];
  while (cursor.acceptSymbol(',')) roles.push(readRole(cursor));
  return roles;
}

export function parseShowGrants(cursor: Cursor): ShowGrants {
  cursor.expectWord('SHOW');
  cursor.expectWord('GRANTS');
  const hasRole = cursor.acceptWords('FOR') || cursor.acceptWords('TO');
  const role = hasRole ? readRole(cursor) : null;
  cursor.expectEnd(...(hasRole ? [] : ['FOR']));
  return { kind: 'show_grants', role };
}

function readRole(cursor: Cursor): string {
  cursor.mark('name');
  return cursor.expectName('role name');
}

function readPrivileges(cursor: Cursor): readonly Privilege[] {
  const privileges: Privilege[] = [];
  do {
    const word = cursor.expectWord(...PRIVILEGE_WORDS);
    if (word === 'CREATE') cursor.expectWord('PROCEDURE');
    const privilege = (word === 'CREATE' ? 'CREATE PROCEDURE' : word) as Privilege;
    if (!privileges.includes(privilege)) privileges.push(privilege);
  } while (cursor.acceptSymbol(','));
  return privileges;
}

function readObject(
  cursor: Cursor,
  privileges: readonly Privilege[],
  readReference: (cursor: Cursor) => ProcedureReference,
): GrantObject {
  const { offset } = cursor;
  if (privileges.includes('CREATE PROCEDURE')) {
    if (privileges.length === 1) return { kind: 'none' };
    throw cursor.errorAt(offset, 'CREATE PROCEDURE is granted in a statement of its own');
  }
  cursor.expectWord('ON');
  const isAboutProcedures = privileges.some((one) => PROCEDURE_PRIVILEGES.includes(one));
  if (isAboutProcedures && privileges.some((one) => TABLE_PRIVILEGES.includes(one))) {
    throw cursor.errorAt(offset, 'privileges on procedures and on tables do not mix');
  }
  if (cursor.acceptWords('ALL')) {
    cursor.expectWord(isAboutProcedures ? 'PROCEDURES' : 'TABLES');
    return { kind: isAboutProcedures ? 'all_procedures' : 'all_tables' };
  }
  if (isAboutProcedures) {
    cursor.expectWord('PROCEDURE');
    return { kind: 'procedure', ...readReference(cursor) };
  }
  if (cursor.word === 'TABLE') cursor.advance();
  return { kind: 'table', name: readTableName(cursor) };
}

function readTableName(cursor: Cursor): string {
  const parts = [cursor.expectName('table name')];
  while (parts.length < NAME_PARTS_MAX && cursor.acceptSymbol('.')) {
    parts.push(cursor.expectName('table name'));
  }
  return parts.map(printIdentifier).join('.');
}

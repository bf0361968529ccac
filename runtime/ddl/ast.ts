/**
 * The statements DuckDB's own parser does not know, as immutable trees discriminated by
 * `kind`. Absent is null. Texts of types and expressions are kept as written: DuckDB is
 * the one that understands them.
 */

/** A name that may be qualified; a schema of null means the search path decides. */
export interface ProcedureName {
  readonly schema: string | null;
  readonly name: string;
}

/** A procedure, and which of its overloads where the types are given. */
export interface ProcedureReference extends ProcedureName {
  readonly parameterTypes: readonly string[] | null;
}

export interface ParameterDefinition {
  readonly name: string;
  readonly type: string;
  readonly default: string | null;
}

/** Where the bytes of a module come from. */
export interface ModuleSource {
  readonly kind: 'base64' | 'hex' | 'text' | 'file';
  /**
   * Base64 or hexadecimal digits without white space, WebAssembly's text format, or a path as
   * written.
   */
  readonly text: string;
}

/** A named limit or setting; null puts it back to its default. */
export type OptionValue = string | number | boolean | null;
export type Options = Readonly<Record<string, OptionValue>>;

export type Volatility = 'IMMUTABLE' | 'STABLE' | 'VOLATILE';
export type NullCall = 'CALLED ON NULL INPUT' | 'RETURNS NULL ON NULL INPUT';
export type OnError = 'NULL' | 'FAIL';

export interface CreateProcedure extends ProcedureName {
  readonly kind: 'create_procedure';
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
  readonly parameters: readonly ParameterDefinition[];
  readonly returns: string;
  readonly language: 'wasm';
  /** Null when the clause is absent: reading the own database, or what a version inherits. */
  readonly capabilities: readonly string[] | null;
  readonly volatility: Volatility | null;
  readonly nullCall: NullCall | null;
  readonly entry: string | null;
  readonly onError: OnError | null;
  readonly strictVisibility: boolean;
  readonly comment: string | null;
  readonly options: Options;
  readonly module: ModuleSource;
}

export type AlterAction =
  | {
      readonly kind: 'add_version';
      /** Null asks for the next free number. */
      readonly version: number | null;
      readonly module: ModuleSource;
      readonly capabilities: readonly string[] | null;
      readonly entry: string | null;
    }
  | { readonly kind: 'use_version'; readonly version: number }
  | { readonly kind: 'rename'; readonly name: string }
  | { readonly kind: 'set'; readonly options: Options }
  | { readonly kind: 'set_comment'; readonly comment: string | null };

export interface AlterProcedure extends ProcedureReference {
  readonly kind: 'alter_procedure';
  readonly ifExists: boolean;
  readonly action: AlterAction;
}

export interface DropProcedure extends ProcedureReference {
  readonly kind: 'drop_procedure';
  readonly ifExists: boolean;
  readonly cascade: boolean;
}

export interface CallArgument {
  readonly name: string | null;
  readonly expression: string;
}

/** Ours only when the name is one of our procedures; DuckDB has a CALL of its own. */
export interface CallStatement extends ProcedureName {
  readonly kind: 'call';
  readonly arguments: readonly CallArgument[];
}

export interface ShowProcedures {
  readonly kind: 'show_procedures';
}

export interface DescribeProcedure extends ProcedureName {
  readonly kind: 'describe_procedure';
}

export interface CreateRole {
  readonly kind: 'create_role';
  readonly name: string;
  readonly ifNotExists: boolean;
}

export interface DropRole {
  readonly kind: 'drop_role';
  readonly name: string;
  readonly ifExists: boolean;
}

/** WRITE stands for INSERT, UPDATE, DELETE and MERGE together, as the capability does. */
export type Privilege = 'EXECUTE' | 'ALTER' | 'CREATE PROCEDURE' | 'SELECT' | 'WRITE';

export type GrantObject =
  | { readonly kind: 'none' }
  | ({ readonly kind: 'procedure' } & ProcedureReference)
  | { readonly kind: 'all_procedures' }
  /** A table or view, its parts quoted where they need it, as capabilities name it. */
  | { readonly kind: 'table'; readonly name: string }
  | { readonly kind: 'all_tables' };

export interface GrantStatement {
  readonly kind: 'grant' | 'revoke';
  readonly privileges: readonly Privilege[];
  readonly object: GrantObject;
  readonly roles: readonly string[];
}

/** Which rows of a table or view some roles see. */
export interface CreateRowFilter {
  readonly kind: 'create_row_filter';
  readonly orReplace: boolean;
  /** Its parts quoted where they need it, as capabilities name it. */
  readonly table: string;
  readonly roles: readonly string[];
  /** An expression, as it was written. */
  readonly condition: string;
}

export interface DropRowFilter {
  readonly kind: 'drop_row_filter';
  readonly ifExists: boolean;
  readonly table: string;
  readonly roles: readonly string[];
}

export interface ShowRowFilters {
  readonly kind: 'show_row_filters';
  /** Null shows those of every role. */
  readonly role: string | null;
}

export interface ShowRoles {
  readonly kind: 'show_roles';
}

export interface ShowGrants {
  readonly kind: 'show_grants';
  /** Null shows the grants of every role. */
  readonly role: string | null;
}

/** A statement about roles that changes the registry. */
export type RoleStatement =
  | CreateRole
  | DropRole
  | GrantStatement
  | CreateRowFilter
  | DropRowFilter;

/** A statement about procedures that changes the registry. */
export type ProcedureStatement = CreateProcedure | AlterProcedure | DropProcedure;

/** A statement that changes the registry. */
export type DefinitionStatement = ProcedureStatement | RoleStatement;

/** Any statement of ours. */
export type DdlStatement =
  | DefinitionStatement
  | CallStatement
  | ShowProcedures
  | DescribeProcedure
  | ShowRoles
  | ShowGrants
  | ShowRowFilters;

/**
 * The tree as the engine reads it: the same names in the same order, in snake case. The text of
 * a module is left out unless it is a path: the engine gets the bytes beside the tree.
 */
export function encodeStatement(statement: DdlStatement & { readonly database?: string }): string {
  return JSON.stringify(toSnakeCase(statement));
}

function toSnakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toSnakeCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      encodeMember(key, item),
    ]),
  );
}

function encodeMember(key: string, value: unknown): unknown {
  // Option names are the user's words already, in SQL's spelling.
  if (key === 'options') return value;
  if (key !== 'module') return toSnakeCase(value);
  const { kind, text } = value as ModuleSource;
  return { kind, text: kind === 'file' ? text : null };
}

/** Reads DuckDB's own syntax tree of a nested query. */
import type { QueryReads } from './facts.ts';

/** A node of the tree that `json_serialize_sql` prints; every field may be missing. */
export interface SyntaxNode {
  readonly type?: string;
  readonly class?: string;
  readonly [field: string]: unknown;
}

const AGGREGATES =
  /^(count|count_star|sum|avg|min|max|median|list|string_agg|bool_and|bool_or|any_value|first|last|stddev|variance|quantile|quantile_cont|mode|arg_max|arg_min)$/;

/** What the query reads; null for what is no single SELECT. */
export function readQuery(tree: unknown): QueryReads | null {
  const root = selectOf(tree);
  if (root === null) return null;
  const selectList = nodes(root.select_list);
  const tables: string[] = [];
  let hasAggregate = false;
  visit(root, (node) => {
    if (node.type === 'BASE_TABLE') tables.push(tableName(node));
    if (node.class === 'FUNCTION' && AGGREGATES.test(String(node.function_name))) {
      hasAggregate = true;
    }
  });
  const from = asNode(root.from_table);
  const modifiers = nodes(root.modifiers).map(({ type }) => String(type));
  const hasGroups = Array.isArray(root.group_expressions) && root.group_expressions.length > 0;
  const conjuncts = conjunctsOf(asNode(root.where_clause));
  const keys = conjuncts.map(equalityColumn);
  const isLookup =
    from?.type === 'BASE_TABLE' &&
    !hasAggregate &&
    !hasGroups &&
    modifiers.length === 0 &&
    keys.length > 0 &&
    keys.every((key) => key !== null) &&
    tables.length === 1;
  const isEveryColumn = selectList.some(({ type }) => type === 'STAR');
  const values = selectList.map(columnName);
  return {
    tables: [...new Set(tables)],
    equalityColumns: [...new Set(keys.filter((key) => key !== null))],
    isEveryColumn,
    hasAggregate: hasAggregate || hasGroups,
    hasGroups,
    hasJoin: from?.type === 'JOIN',
    hasOrder: modifiers.includes('ORDER_MODIFIER'),
    hasLimit: modifiers.some((type) => type.includes('LIMIT')),
    columnCount: selectList.length,
    lookup: isLookup
      ? {
          table: tables[0] ?? '',
          keyColumns: keys.filter((key) => key !== null),
          valueColumns: values.every((value) => value !== null) ? (values as string[]) : [],
        }
      : null,
  };
}

/** An argument that a column is compared with by `=`. */
export interface EqualityArgument {
  readonly column: string;
  /** Byte at which a literal begins; null for a parameter, of which DuckDB does not say where it is. */
  readonly offset: number | null;
  /** Number of a parameter, from 1; null for a literal. */
  readonly parameter: number | null;
}

/** The literals and parameters that columns are compared with. */
export function equalityArguments(tree: unknown): EqualityArgument[] {
  const root = selectOf(tree);
  if (root === null) return [];
  return conjunctsOf(asNode(root.where_clause)).flatMap((conjunct): EqualityArgument[] => {
    const column = equalityColumn(conjunct);
    const given = [conjunct.left, conjunct.right].map((side) => givenValue(asNode(side)));
    const value = given.find((side) => side !== null);
    if (column === null || value == null) return [];
    return value.class === 'PARAMETER'
      ? [{ column, offset: null, parameter: Number(value.identifier) }]
      : [{ column, offset: Number(value.query_location), parameter: null }];
  });
}

/** The literal or parameter itself, without casts around it. */
function givenValue(node: SyntaxNode | null): SyntaxNode | null {
  if (node?.class === 'CAST') {
    const child = givenValue(asNode(node.child));
    return child?.class === 'PARAMETER' ? child : null;
  }
  return node?.class === 'CONSTANT' || node?.class === 'PARAMETER' ? node : null;
}

/** Names of the functions that are called anywhere in the query. */
export function calledFunctions(tree: unknown): string[] {
  const names = new Set<string>();
  const root = asNode(tree);
  if (root !== null) {
    visit(root, (node) => {
      if (node.class === 'FUNCTION' || node.class === 'WINDOW') {
        names.add(String(node.function_name).toLowerCase());
      }
    });
  }
  return [...names];
}

/** Whether anything but tables is read from: a table function may do whatever it likes. */
export function hasTableFunction(tree: unknown): boolean {
  let found = false;
  const root = asNode(tree);
  if (root !== null) {
    visit(root, ({ type }) => {
      found ||= type === 'TABLE_FUNCTION';
    });
  }
  return found;
}

function selectOf(tree: unknown): SyntaxNode | null {
  const document = asNode(tree);
  if (document === null || document.error === true) return null;
  const statements = nodes(document.statements);
  const root = statements.length === 1 ? asNode(statements[0]?.node) : null;
  return root?.type === 'SELECT_NODE' ? root : null;
}

function conjunctsOf(node: SyntaxNode | null): SyntaxNode[] {
  if (node === null) return [];
  if (node.type === 'CONJUNCTION_AND') return nodes(node.children).flatMap(conjunctsOf);
  return [node];
}

/** The column of `column = literal`; null for any other condition. */
function equalityColumn(node: SyntaxNode): string | null {
  if (node.type !== 'COMPARE_EQUAL') return null;
  const [left, right] = [asNode(node.left), asNode(node.right)];
  const isGiven = (side: SyntaxNode | null): boolean =>
    side !== null &&
    (side.class === 'CONSTANT' ||
      side.class === 'PARAMETER' ||
      (side.class === 'CAST' && isGiven(asNode(side.child))));
  if (left !== null && isGiven(right)) return columnName(left);
  if (right !== null && isGiven(left)) return columnName(right);
  return null;
}

function columnName(node: SyntaxNode): string | null {
  if (node.class !== 'COLUMN_REF' || !Array.isArray(node.column_names)) return null;
  const name: unknown = node.column_names.at(-1);
  return typeof name === 'string' ? name : null;
}

function tableName(node: SyntaxNode): string {
  const schema = String(node.schema_name ?? '');
  const name = String(node.table_name ?? '');
  return schema === '' ? name : `${schema}.${name}`;
}

function visit(node: SyntaxNode, see: (node: SyntaxNode) => void): void {
  see(node);
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) for (const item of nodes(value)) visit(item, see);
    else {
      const child = asNode(value);
      if (child !== null) visit(child, see);
    }
  }
}

function asNode(value: unknown): SyntaxNode | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as SyntaxNode)
    : null;
}

function nodes(value: unknown): SyntaxNode[] {
  return Array.isArray(value) ? value.map(asNode).filter((item) => item !== null) : [];
}

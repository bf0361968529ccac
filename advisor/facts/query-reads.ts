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

/** Where a literal that is compared by `=` stands in the query, by byte, with its value. */
export function equalityLiterals(tree: unknown): { column: string; offset: number }[] {
  const root = selectOf(tree);
  if (root === null) return [];
  return conjunctsOf(asNode(root.where_clause)).flatMap((conjunct) => {
    const column = equalityColumn(conjunct);
    const sides = [asNode(conjunct.left), asNode(conjunct.right)];
    const literal = sides.find((side) => side?.class === 'CONSTANT');
    if (column === null || literal == null) return [];
    return [{ column, offset: Number(literal.query_location) }];
  });
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

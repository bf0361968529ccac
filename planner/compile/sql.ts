import type { ColumnModel, TableModel } from '../grounding/schema-model.ts';
import type { AggregateName } from '../language/lexicon.ts';
import type {
  ArithmeticOperator,
  Expression,
  JoinTree,
  LogicalQuery,
  Predicate,
} from '../query/logical.ts';
import { sameExpression } from '../query/same-expression.ts';

/** Reads a relation that already holds the columns, under names of its own. */
export interface CompileOptions {
  readonly from: string;
  /** The column's name as SQL text, quoted where needed. */
  readonly columnName: (column: ColumnModel) => string;
}

/** How column names are printed within one SELECT. */
type Naming = (column: ColumnModel) => string;

/** Compiles a logical query to one DuckDB SELECT statement. */
export function compileQuery(query: LogicalQuery, options?: CompileOptions): string {
  if (query.computed !== undefined) return compileComputed(query.computed);
  if (query.summarizedBy !== undefined) return compileSummary(query, query.summarizedBy, options);
  const compiled = compileSelect(query, options);
  if (query.isExistence !== undefined) {
    return `SELECT ${query.isExistence === 'none' ? 'NOT ' : ''}EXISTS (${compiled}) AS answer`;
  }
  if (query.pairedBy !== undefined) return compilePairs(query, query.pairedBy);
  if (!query.isCounted) return compiled;
  return `SELECT count(*) AS count FROM (${compiled}) AS counted`;
}

/** An aggregate over the figures of groups, one for each of those within which they are put together. */
function compileSummary(
  query: LogicalQuery,
  name: AggregateName,
  options: CompileOptions | undefined,
): string {
  const within = query.summarizedWithin ?? [];
  const figure = query.select.filter(({ alias }) => alias === 'figure');
  const named = within.map((expression, index) => ({ expression, alias: `group_${index + 1}` }));
  const inner = { ...query, select: [...named, ...figure], orderBy: [] };
  const nameIn = (expression: Expression) =>
    named.find((item) => sameExpression(item.expression, expression))?.alias;
  const shown = query.select.flatMap(({ expression, alias }) => {
    const group = nameIn(expression);
    const own = expression.kind === 'column' ? expression.column.column.name : group;
    return group === undefined ? [] : [`${group} AS ${quoteName(alias ?? own ?? group)}`];
  });
  const orders = query.orderBy.flatMap(({ expression, direction }) => {
    const group = nameIn(expression);
    return group === undefined ? [] : [`${group} ${direction.toUpperCase()} NULLS LAST`];
  });
  return [
    `SELECT ${[...shown, `${name}(figure) AS ${name}`].join(', ')}`,
    `FROM (${compileSelect(inner, options)}) AS figures`,
    ...(named.length > 0 ? [`GROUP BY ${named.map(({ alias }) => alias).join(', ')}`] : []),
    ...(orders.length > 0 ? [`ORDER BY ${orders.join(', ')}`] : []),
  ].join(' ');
}

/** Compiles conditions joined by AND, with column names printed as `columnName` says. */
export function compileConditions(
  predicates: readonly Predicate[],
  columnName: (column: ColumnModel) => string,
): string {
  return predicates
    .map((item) => compilePredicate(item, columnName, predicates.length > 1))
    .join(' AND ');
}

function compileComputed({ operator, left, right }: NonNullable<LogicalQuery['computed']>): string {
  const isCompared = /^(more|fewer|difference)$/.test(operator);
  const [a, b] = [left, right].map((side) => {
    // Of no rows, what is added up is nothing.
    const isSum = isCompared && isSumOnly(side);
    return isSum ? `coalesce((${compileQuery(side)}), 0)` : `(${compileQuery(side)})`;
  });
  if (operator === 'both') {
    const names = [left, right].map(({ from }) => quoteName(from.root.table.name));
    return `SELECT ${a} AS ${names[0]}, ${b} AS ${names[1]}`;
  }
  if (operator === 'change') {
    const percent = ratio('percentage', '(after - before)', 'before');
    return `SELECT before, after, after - before AS change, ${percent} AS change_percent FROM (SELECT ${a} AS before, ${b} AS after) AS figures`;
  }
  if (operator === 'more' || operator === 'fewer') {
    return `SELECT ${a} ${operator === 'more' ? '>' : '<'} ${b} AS answer`;
  }
  const value = operator === 'difference' ? `${a} - ${b}` : ratio(operator, a ?? '', b ?? '');
  return `SELECT ${value} AS ${operator}`;
}

function isSumOnly({ select: [only] }: LogicalQuery): boolean {
  return only?.expression.kind === 'aggregate' && only.expression.name === 'sum';
}

/** What the two rows of a pair are called in SQL. */
export const pairNames = ['first_one', 'second_one'] as const;

/** Every pair once: the row whose key is smaller comes first. */
function compilePairs(query: LogicalQuery, by: ColumnModel): string {
  const { root } = query.from;
  const rows = compileSelect({
    ...query,
    select: [],
    starOf: root,
    isDistinct: false,
    limit: null,
  });
  const key = quoteName(root.key?.column.name ?? '');
  const column = quoteName(by.column.name);
  const shown = root.labels.map(({ column: { name } }) => quoteName(name));
  const [first, second] = pairNames.map((side) =>
    shown.map((name) => `${side}.${name} AS ${quoteName(`${side}_${name.replaceAll('"', '')}`)}`),
  );
  const on = `first_one.${column} = second_one.${column} AND first_one.${key} < second_one.${key}`;
  return [
    `SELECT ${[...(first ?? []), ...(second ?? []), `first_one.${column}`].join(', ')}`,
    `FROM (${rows}) AS first_one JOIN (${rows}) AS second_one ON ${on}`,
    `ORDER BY first_one.${column}, first_one.${key}, second_one.${key}`,
    ...(query.limit === null ? [] : [`LIMIT ${query.limit}`]),
  ].join(' ');
}

/** A quotient that is NULL where there is nothing to divide by. */
function ratio(operator: ArithmeticOperator, of: string, by: string): string {
  return `${operator === 'percentage' ? '100.0' : '1.0'} * ${of} / NULLIF(${by}, 0)`;
}

function compileSelect(query: LogicalQuery, options?: CompileOptions): string {
  const isQualified = query.from.joins.length > 0 && options === undefined;
  const naming: Naming =
    options === undefined
      ? isQualified
        ? qualified
        : ({ column }) => column.expression ?? quoteName(column.name)
      : options.columnName;
  const print = (expression: Expression) => compileExpression(expression, naming);
  const select =
    query.starOf === null
      ? query.select
          .map(({ expression, alias }) =>
            alias === null ? print(expression) : `${print(expression)} AS ${quoteName(alias)}`,
          )
          .join(', ')
      : compileStar(query.starOf, naming, isQualified);
  const parts = [
    `SELECT ${query.isDistinct ? 'DISTINCT ' : ''}${select}`,
    `FROM ${options?.from ?? compileFrom(query.from)}`,
  ];
  const predicates = (list: readonly Predicate[]) =>
    list.map((item) => compilePredicate(item, naming, list.length > 1)).join(' AND ');
  const orders = (items: LogicalQuery['orderBy']) =>
    items
      .map(({ expression, direction }) => {
        const key = print(expression);
        return direction === 'desc' ? `${key} DESC NULLS LAST` : `${key} ASC NULLS LAST`;
      })
      .join(', ');
  if (query.where.length > 0) parts.push(`WHERE ${predicates(query.where)}`);
  if (query.groupBy.length > 0) parts.push(`GROUP BY ${query.groupBy.map(print).join(', ')}`);
  if (query.having.length > 0) parts.push(`HAVING ${predicates(query.having)}`);
  if (query.rankedWithin !== undefined) {
    const { groups, orderBy, rankMax } = query.rankedWithin;
    const window = `PARTITION BY ${groups.map(print).join(', ')} ORDER BY ${orders(orderBy)}`;
    parts.push(`QUALIFY rank() OVER (${window}) <= ${rankMax}`);
  }
  if (query.setOperation !== null) {
    parts.push(`${query.setOperation.operator} ${compileQuery(query.setOperation.right)}`);
  }
  if (query.orderBy.length > 0) {
    parts.push(`ORDER BY ${orders(query.orderBy)}`);
  }
  if (query.limit !== null) parts.push(`LIMIT ${query.limit}`);
  if ((query.offset ?? 0) > 0) parts.push(`OFFSET ${query.offset}`);
  return parts.join(' ');
}

/** All columns of a table; those that people hid are not among them. */
function compileStar(table: TableModel, naming: Naming, isQualified: boolean): string {
  if (table.table.hasHiddenColumns === true) return table.columns.map(naming).join(', ');
  return isQualified ? `${tableName(table)}.*` : '*';
}

function compileFrom(from: JoinTree): string {
  const joins = from.joins.map(({ table, edge }) => {
    const on = edge.fromColumns
      .map(
        (column, index) => `${qualified(column)} = ${qualified(edge.toColumns[index] ?? column)}`,
      )
      .join(' AND ');
    return ` ${from.isOuter === true ? 'LEFT JOIN' : 'JOIN'} ${tableName(table)} ON ${on}`;
  });
  return tableName(from.root) + joins.join('');
}

function compileExpression(expression: Expression, naming: Naming): string {
  switch (expression.kind) {
    case 'column':
      return compileColumn(expression.column, expression.cast, naming);
    case 'truncated':
      return `CAST(date_trunc('${expression.grain}', ${compileExpression(expression.of, naming)}) AS DATE)`;
    case 'part':
      return `${expression.part}(${compileExpression(expression.of, naming)})`;
    case 'aggregate': {
      if (expression.of === null) return 'count(*)';
      const of = compileExpression(expression.of, naming);
      const { filter = [] } = expression;
      const kept = compileConditions(filter, naming);
      const only = filter.length === 0 ? '' : ` FILTER (WHERE ${kept})`;
      return `${expression.name}(${expression.isDistinct ? 'DISTINCT ' : ''}${of})${only}`;
    }
    case 'share': {
      const total = compileExpression(expression.of, naming);
      const filter = expression.filter
        .map((item) => compilePredicate(item, naming, expression.filter.length > 1))
        .join(' AND ');
      return ratio(expression.operator, `${total} FILTER (WHERE ${filter})`, total);
    }
    case 'arithmetic':
      return compileArithmetic(expression, naming);
    case 'referred': {
      const { edge, column } = expression;
      const on = edge.fromColumns.map((from, index) => {
        const to = edge.toColumns[index] ?? from;
        return `referred.${quoteName(to.column.name)} = ${qualified(from)}`;
      });
      return `(SELECT referred.${quoteName(column.column.name)} FROM ${tableName(edge.to)} AS referred WHERE ${on.join(' AND ')})`;
    }
    case 'peers': {
      // Within its own query the table is the one that is read, and outside that of the row.
      const [first] = expression.by;
      const table = first?.kind === 'column' ? tableName(first.column.table) : '';
      const shared = expression.by.map((item) => compileExpression(item, qualified));
      const columns = shared.map((item, index) => `${item} AS shared_${index + 1}`);
      const figure = `${compileExpression(expression.of, qualified)} AS figure`;
      const rows = `SELECT ${[...columns, figure].join(', ')} FROM ${table}`;
      const on = shared.map((item, index) => `peers.shared_${index + 1} = ${item}`).join(' AND ');
      return `(SELECT ${expression.name}(peers.figure) FROM (${rows}) AS peers WHERE ${on})`;
    }
    case 'part of total': {
      const of = compileExpression(expression.of, naming);
      return ratio('percentage', of, `sum(${of}) OVER ()`);
    }
    case 'running': {
      const [of, along] = [expression.of, expression.along].map((item) =>
        compileExpression(item, naming),
      );
      return `sum(${of}) OVER (ORDER BY ${along})`;
    }
    case 'growth': {
      const [of, along] = [expression.of, expression.along].map((item) =>
        compileExpression(item, naming),
      );
      const before = `lag(${of}) OVER (ORDER BY ${along})`;
      return ratio('percentage', `(${of} - ${before})`, before);
    }
    case 'elapsed': {
      const from = compileExpression(expression.from, naming);
      return `date_sub('${expression.unit}', CAST(${from} AS DATE), DATE ${quoteText(expression.until)})`;
    }
    case 'shifted':
      return `${compileExpression(expression.of, naming)} + INTERVAL ${expression.count} ${expression.unit.toUpperCase()}`;
    case 'number':
    case 'boolean':
      return String(expression.value);
    case 'text':
      return quoteText(expression.value);
    case 'date':
      return `${expression.type} ${quoteText(expression.value)}`;
    case 'subquery':
      return `(${compileQuery(expression.query)})`;
  }
}

function compileArithmetic(
  { operator, left, right }: Extract<Expression, { kind: 'arithmetic' }>,
  naming: Naming,
): string {
  const [a, b] = [left, right].map((side) => compileExpression(side, naming));
  if (operator === 'percent of') return `100.0 * ${a} / NULLIF(${b}, 0)`;
  if (operator === 'per') return `${a} / NULLIF(${b}, 0)`;
  return `${a} ${{ plus: '+', minus: '-', times: '*' }[operator]} ${b}`;
}

function compileColumn(
  column: ColumnModel,
  cast: 'DOUBLE' | 'DATE' | null,
  naming: Naming,
): string {
  const name = naming(column);
  if (cast === null) return name;
  const format = column.dateTextFormat;
  if (cast === 'DATE' && format !== null && format !== 'iso') {
    return `try_strptime(${name}, [${quoteText(format)}, ${quoteText(`${format} %H:%M`)}])`;
  }
  return `TRY_CAST(${name} AS ${cast})`;
}

function compilePredicate(predicate: Predicate, naming: Naming, isInner: boolean): string {
  const print = (expression: Expression) => compileExpression(expression, naming);
  switch (predicate.kind) {
    case 'compare':
      return `${print(predicate.left)} ${predicate.operator} ${print(predicate.right)}`;
    case 'between':
      return `${print(predicate.of)} BETWEEN ${print(predicate.low)} AND ${print(predicate.high)}`;
    case 'in':
      return `${print(predicate.of)} IN (${predicate.values.map(print).join(', ')})`;
    case 'inQuery':
      return `${print(predicate.of)} ${predicate.isNegated ? 'NOT ' : ''}IN (${compileQuery(predicate.query)})`;
    case 'like':
      return `${print(predicate.of)} ILIKE ${quoteText(predicate.pattern)}`;
    case 'null':
      return `${print(predicate.of)} IS ${predicate.isNegated ? 'NOT ' : ''}NULL`;
    case 'not':
      return `NOT (${compilePredicate(predicate.of, naming, false)})`;
    case 'untrue':
      return `(${compilePredicate(predicate.of, naming, false)}) IS NOT TRUE`;
    case 'and':
    case 'or': {
      const joined = predicate.of
        .map((item) => compilePredicate(item, naming, true))
        .join(predicate.kind === 'and' ? ' AND ' : ' OR ');
      return isInner ? `(${joined})` : joined;
    }
  }
}

function qualified(column: ColumnModel): string {
  if (column.column.expression !== undefined) return column.column.expression;
  return `${tableName(column.table)}.${quoteName(column.column.name)}`;
}

/** A table's name, with its schema where that is not the default one. */
export function tableName(table: TableModel): string {
  const name = quoteName(table.table.name);
  return table.table.schema === 'main' ? name : `${quoteName(table.table.schema)}.${name}`;
}

/** Words that DuckDB's grammar keeps for itself in places where a name may stand. */
const RESERVED = new Set(
  `all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create default
  deferrable desc describe distinct do else end except false fetch for foreign from grant group having in initially
  intersect into is join lambda lateral leading left like limit natural not null offset on only or order pivot pivot_longer pivot_wider
  placing primary qualify references returning right select show some summarize symmetric table then to trailing true
  union unique unpivot using variadic when where window with full inner outer cross semi anti positional asof
  position values row interval timestamp date time exists year month day`.split(/\s+/),
);

/** Quotes an identifier where it needs quoting. */
export function quoteName(name: string): string {
  const isPlain = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !RESERVED.has(name.toLowerCase());
  return isPlain ? name : `"${name.replaceAll('"', '""')}"`;
}

/** Quotes a string literal. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

import { compileConditions, compileQuery, quoteName, tableName } from '../compile/sql.ts';
import { other } from '../grounding/key-graph.ts';
import type { ColumnModel, TableModel } from '../grounding/schema-model.ts';
import type { PlanColumn, Task } from '../plan.ts';
import type { Expression, JoinTree, LogicalQuery, Predicate } from '../query/logical.ts';
import { columnOf, rowsWhere } from '../query/logical.ts';
import type { ProcedureBinding } from './bind.ts';

export interface ProcedureTasks {
  readonly tasks: readonly Task[];
  readonly assumptions: readonly string[];
}

export interface TaskTitles {
  /** What the rows of the first task are: "platinum customers". */
  readonly rows: string;
  readonly result: string;
}

/** The procedure column that a query reads, or null. */
export function procedureOf(query: LogicalQuery): ColumnModel | null {
  return columnsOfQuery(query).find(({ procedure }) => procedure !== null) ?? null;
}

/**
 * Splits a query over a procedure's results into tasks: the rows, the call for each of them,
 * and what is made of the results. The call only ever stands in a select list, over rows that
 * an earlier task has settled, so that no filter can be evaluated beside it.
 */
export function procedureTasks(
  query: LogicalQuery,
  result: ColumnModel,
  titles: TaskTitles,
): ProcedureTasks {
  const binding = result.procedure;
  if (binding === null) return { tasks: [], assumptions: [] };
  const carried = unique([
    ...columnsOfQuery(query).filter(
      (column) => column.procedure === null && !isOnlyFiltered(query, column),
    ),
  ]);
  const entity = splitEntity(query, binding.table);
  const names = new Names();
  const before = query.where.filter((predicate) => !readsProcedure(predicate));
  const after = query.where.filter(readsProcedure);
  const { input, call } =
    entity === null
      ? wholeInput({ query, binding, carried, names, before })
      : splitInput({ query, binding, carried, names, before, entity });
  const resultName = names.of(result);
  const argumentList = binding.arguments.map(({ parameter, column }) => ({
    parameter: parameter.name,
    expression: argumentExpression(call.source(column), column.column.type, parameter.type),
  }));
  const callText = `${procedureName(binding)}(${argumentList.map(({ expression }) => expression).join(', ')})`;
  const tasks: Task[] = [
    {
      kind: 'query',
      id: 'task1',
      title: `Identify ${titles.rows}`,
      dependsOn: [],
      sql: input.sql,
      columns: input.columns,
    },
    {
      kind: 'call',
      id: 'task2',
      title: `Call ${binding.procedure.name} for each ${call.rowName}, in parallel`,
      dependsOn: ['task1'],
      sql: `SELECT ${[...call.select, `${callText} AS ${quoteName(resultName)}`].join(', ')} FROM ${call.from}`,
      columns: [...call.columns, { name: resultName, type: binding.procedure.returns }],
      call: {
        procedure: binding.procedure.name,
        arguments: argumentList,
        resultColumn: resultName,
      },
    },
  ];
  const needsLast =
    after.length > 0 ||
    query.groupBy.length > 0 ||
    query.orderBy.length > 0 ||
    query.limit !== null ||
    query.isCounted ||
    query.isDistinct ||
    query.select.some(({ expression }) => expression.kind === 'aggregate');
  if (needsLast) {
    const last: LogicalQuery = { ...query, where: after };
    const isAggregate = query.groupBy.length > 0;
    tasks.push({
      kind: 'aggregate',
      id: 'task3',
      title: lastTitle(query, isAggregate, titles.result),
      dependsOn: ['task2'],
      sql: compileQuery(last, {
        from: 'task2',
        columnName: (column) => quoteName(names.of(column)),
      }),
      columns: query.select.map(({ expression, alias }) => ({
        name: alias ?? (expression.kind === 'column' ? names.of(expression.column) : titles.result),
        type: expression.kind === 'column' ? expression.column.column.type : null,
      })),
    });
  }
  return { tasks, assumptions: assumptionsOf(binding) };
}

function lastTitle(query: LogicalQuery, isAggregate: boolean, result: string): string {
  const ranks = query.orderBy.length > 0 ? `rank by ${result}` : '';
  if (isAggregate) return ranks === '' ? `Aggregate the ${result}` : `Aggregate and ${ranks}`;
  if (ranks !== '') return `Rank by ${result}`;
  return query.where.some(readsProcedure)
    ? `Keep the rows by ${result}`
    : `Summarize the ${result}`;
}

function assumptionsOf(binding: ProcedureBinding): string[] {
  return binding.arguments.map(
    ({ parameter, column, reason }) =>
      `${binding.procedure.name}: ${parameter.name} is ${column.table.table.name}.${column.column.name} (${reason})`,
  );
}

interface Input {
  readonly sql: string;
  readonly columns: PlanColumn[];
}

interface Call {
  readonly select: readonly string[];
  readonly columns: PlanColumn[];
  readonly from: string;
  readonly rowName: string;
  readonly source: (column: ColumnModel) => string;
}

interface InputOptions {
  readonly query: LogicalQuery;
  readonly binding: ProcedureBinding;
  readonly carried: readonly ColumnModel[];
  readonly names: Names;
  readonly before: readonly Predicate[];
}

/** One task selects the rows with everything the call and the result need. */
function wholeInput({ query, binding, carried, names, before }: InputOptions): {
  input: Input;
  call: Call;
} {
  const { key } = binding.table;
  const columns = unique([
    ...(key === null ? [] : [key]),
    ...carried,
    ...binding.arguments.map(({ column }) => column),
  ]);
  const named = columns.map((column) => ({ column, name: names.of(column) }));
  const sql = compileQuery(plainQuery(query.from, columns, names, before));
  return {
    input: { sql, columns: named.map(describe) },
    call: {
      select: named.map(({ name }) => quoteName(name)),
      columns: named.map(describe),
      from: 'task1',
      rowName: binding.table.words.join(' '),
      source: (column) => quoteName(names.of(column)),
    },
  };
}

interface Entity {
  readonly table: TableModel;
  readonly tree: JoinTree;
  readonly own: ColumnModel;
  readonly theirs: ColumnModel;
}

/** First the entities, then the call for each of their rows. */
function splitInput(options: InputOptions & { readonly entity: Entity }): {
  input: Input;
  call: Call;
} {
  const { binding, carried, names, before, entity } = options;
  const called = binding.table;
  const isCalled = (column: ColumnModel) => column.table === called;
  const first = unique([entity.own, ...carried.filter((column) => !isCalled(column))]);
  const firstNamed = first.map((column) => ({ column, name: names.of(column) }));
  const onCalled = before.filter((predicate) => columnsOfPredicate(predicate).some(isCalled));
  const onEntity = before.filter((predicate) => !onCalled.includes(predicate));
  const { key } = called;
  const second = unique([
    ...(key === null ? [] : [key]),
    ...carried.filter(isCalled),
    ...binding.arguments.map(({ column }) => column),
  ]);
  const secondNamed = second.map((column) => ({ column, name: names.of(column) }));
  const table = tableName(called);
  const qualified = (column: ColumnModel) => `${table}.${quoteName(column.column.name)}`;
  const where = onCalled.length === 0 ? '' : ` WHERE ${compileConditions(onCalled, qualified)}`;
  return {
    input: {
      sql: compileQuery(plainQuery(entity.tree, first, names, onEntity)),
      columns: firstNamed.map(describe),
    },
    call: {
      select: [
        ...firstNamed.map(({ name }) => `task1.${quoteName(name)}`),
        ...secondNamed.map(({ column, name }) =>
          name === column.column.name
            ? qualified(column)
            : `${qualified(column)} AS ${quoteName(name)}`,
        ),
      ],
      columns: [...firstNamed, ...secondNamed].map(describe),
      from: `task1 JOIN ${table} ON ${qualified(entity.theirs)} = task1.${quoteName(names.of(entity.own))}${where}`,
      rowName: `of their ${called.words.join(' ')}s`,
      source: qualified,
    },
  };
}

/** The entity side of the query when the called table hangs on it by one key. */
function splitEntity(query: LogicalQuery, called: TableModel): Entity | null {
  const { from } = query;
  if (from.root === called) return null;
  const link = from.joins.find(({ table }) => table === called);
  if (link === undefined || link.edge.from !== called || link.edge.fromColumns.length !== 1)
    return null;
  const others = from.joins.filter((join) => join !== link);
  if (others.some(({ edge }) => edge.from === called || edge.to === called)) return null;
  const [own, theirs] = [link.edge.toColumns[0], link.edge.fromColumns[0]];
  if (own === undefined || theirs === undefined) return null;
  return { table: other(link.edge, called), tree: { root: from.root, joins: others }, own, theirs };
}

function plainQuery(
  from: JoinTree,
  columns: readonly ColumnModel[],
  names: Names,
  where: readonly Predicate[],
): LogicalQuery {
  return rowsWhere({
    select: columns.map((column) => ({
      expression: columnOf(column),
      alias: names.of(column) === column.column.name ? null : names.of(column),
    })),
    from,
    where,
  });
}

/** Gives every column a name of its own among the columns of the tasks. */
class Names {
  readonly #names = new Map<ColumnModel, string>();

  of(column: ColumnModel): string {
    const known = this.#names.get(column);
    if (known !== undefined) return known;
    const taken = new Set(this.#names.values());
    const { name } = column.column;
    const qualified = `${column.table.words.join('_')}_${name}`;
    const free = !taken.has(name)
      ? name
      : !taken.has(qualified)
        ? qualified
        : `${qualified}_${taken.size}`;
    this.#names.set(column, free);
    return free;
  }
}

function describe({ column, name }: { column: ColumnModel; name: string }): PlanColumn {
  return { name, type: column.column.type };
}

function procedureName({ procedure }: ProcedureBinding): string {
  const name = quoteName(procedure.name);
  return procedure.schema === 'main' ? name : `${quoteName(procedure.schema)}.${name}`;
}

/** Casts an argument only where its type is not the parameter's own kind of type. */
function argumentExpression(expression: string, from: string, to: string): string {
  const base = (type: string) => type.toUpperCase().replace(/\(.*$/, '').trim();
  const isInteger = (type: string) => /INT/.test(base(type));
  if (base(from) === base(to) || (isInteger(from) && !/^(VARCHAR|BOOLEAN)$/.test(base(to))))
    return expression;
  return `CAST(${expression} AS ${to})`;
}

function unique(columns: readonly ColumnModel[]): readonly ColumnModel[] {
  return [...new Set(columns)];
}

function readsProcedure(predicate: Predicate): boolean {
  return columnsOfPredicate(predicate).some(({ procedure }) => procedure !== null);
}

/** Columns that only conditions on stored data read need not be carried along. */
function isOnlyFiltered(query: LogicalQuery, column: ColumnModel): boolean {
  const shown: Expression[] = [
    ...query.select.map(({ expression }) => expression),
    ...query.groupBy,
    ...query.orderBy.map(({ expression }) => expression),
  ];
  const late = [...query.having, ...query.where.filter(readsProcedure)];
  return (
    !shown.some((expression) => columnsOfExpression(expression).includes(column)) &&
    !late.some((predicate) => columnsOfPredicate(predicate).includes(column))
  );
}

function columnsOfQuery(query: LogicalQuery): ColumnModel[] {
  return [
    ...query.select.flatMap(({ expression }) => columnsOfExpression(expression)),
    ...query.where.flatMap(columnsOfPredicate),
    ...query.groupBy.flatMap(columnsOfExpression),
    ...query.having.flatMap(columnsOfPredicate),
    ...query.orderBy.flatMap(({ expression }) => columnsOfExpression(expression)),
  ];
}

function columnsOfExpression(expression: Expression): ColumnModel[] {
  switch (expression.kind) {
    case 'column':
      return [expression.column];
    case 'part':
    case 'truncated':
      return columnsOfExpression(expression.of);
    case 'aggregate':
      return expression.of === null ? [] : columnsOfExpression(expression.of);
    case 'arithmetic':
      return [expression.left, expression.right].flatMap(columnsOfExpression);
    default:
      return [];
  }
}

function columnsOfPredicate(predicate: Predicate): ColumnModel[] {
  switch (predicate.kind) {
    case 'compare':
      return [...columnsOfExpression(predicate.left), ...columnsOfExpression(predicate.right)];
    case 'between':
      return [predicate.of, predicate.low, predicate.high].flatMap(columnsOfExpression);
    case 'and':
    case 'or':
      return predicate.of.flatMap(columnsOfPredicate);
    case 'not':
    case 'untrue':
      return columnsOfPredicate(predicate.of);
    default:
      return columnsOfExpression(predicate.of);
  }
}

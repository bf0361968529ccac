/** Reads how DuckDB answers nested queries, by asking for the plans of examples. */
import { quoteIdentifier, quoteLiteral } from '#core';
import type { PlanFact, ProcedureFact, ShapeFact, TableFact } from './facts.ts';
import { tableOf } from './facts.ts';
import { calledFunctions, equalityArguments, hasTableFunction } from './query-reads.ts';
import type { Hole } from './query-template.ts';
import { boundParameters, cutOut } from './query-template.ts';
import { parseQuery } from './read-procedures.ts';
import type { Reader } from './rows.ts';
import { numberOf, numberOrNull, parsed, readRows } from './rows.ts';

/** Shapes of a procedure that are explained: those that take longest. */
const PLANS_MAX = 4;

/** Time of a query up to which it is run once to see what it really scans. */
const RUN_MS_MAX = 50;

/** What plans are read with. */
interface PlanContext {
  readonly reader: Reader;
  readonly tables: readonly TableFact[];
  /** Functions that do nothing but compute. */
  readonly harmless: ReadonlySet<string>;
}

/** The procedures with plans where they can be had without doing anything but reading tables. */
export async function readPlans(
  reader: Reader,
  procedures: readonly ProcedureFact[],
  tables: readonly TableFact[],
): Promise<ProcedureFact[]> {
  if (procedures.every(({ shapes }) => shapes.length === 0)) return [...procedures];
  const context = { reader, tables, harmless: await readHarmless(reader) };
  const planned: ProcedureFact[] = [];
  for (const procedure of procedures) {
    const shapes: ShapeFact[] = [];
    for (const [index, shape] of procedure.shapes.entries()) {
      const plan = index < PLANS_MAX ? await readPlan(shape, context) : null;
      shapes.push({ ...shape, plan });
    }
    planned.push({ ...procedure, shapes });
  }
  return planned;
}

/** Names of functions that a plan may compute: DuckDB's own ones without effects. */
async function readHarmless(reader: Reader): Promise<ReadonlySet<string>> {
  const rows = await readRows(
    reader,
    `SELECT function_name FROM duckdb_functions()
     WHERE internal AND function_type IN ('scalar', 'aggregate')
     GROUP BY ALL HAVING bool_and(coalesce(stability, 'CONSISTENT') <> 'VOLATILE')
       AND NOT starts_with(function_name, 'heliosdb_')`,
  );
  return new Set(rows.map((row) => String(row.function_name)));
}

async function readPlan(shape: ShapeFact, context: PlanContext): Promise<PlanFact | null> {
  const { reader, tables, harmless } = context;
  const { reads, example, callCount, memoHitCount, totalMs } = shape;
  // A view may call what has effects; of tables nothing happens but that they are read.
  if (reads === null || reads.tables.some((name) => tableOf({ tables }, name) === null))
    return null;
  const tree = await parseQuery(reader, example);
  if (hasTableFunction(tree) || calledFunctions(tree).some((name) => !harmless.has(name))) {
    return null;
  }
  const sql = await withValues(example, tree, { ...context, names: reads.tables });
  if (sql === null) return null;
  const isRun = totalMs / Math.max(1, callCount - memoHitCount) <= RUN_MS_MAX;
  try {
    const options = isRun ? 'ANALYZE, FORMAT JSON' : 'FORMAT JSON';
    const { rows } = await reader.query(`EXPLAIN (${options}) ${sql}`);
    return planOf(parsed<unknown>(rows[0]?.[1] as string, null), tables, isRun);
  } catch {
    // The table may have changed since the query was asked; then it has no plan any more.
    return null;
  }
}

/** The example with values of the tables for its parameters; null where it is not known which. */
async function withValues(
  example: string,
  tree: unknown,
  { reader, tables, names }: PlanContext & { readonly names: readonly string[] },
): Promise<string | null> {
  const holes: readonly Hole[] = boundParameters(example);
  if (holes.length === 0) return example;
  const columnOf = new Map(
    equalityArguments(tree).map(({ column, parameter }) => [(parameter ?? 0) - 1, column]),
  );
  const values = new Map<number, string>();
  for (const { index } of holes) {
    const column = columnOf.get(index);
    const value = column === undefined ? null : await someValue(column, { reader, tables, names });
    if (value === null) return null;
    values.set(index, value);
  }
  return cutOut(example, holes).fill((index) => values.get(index) ?? 'NULL');
}

async function someValue(
  column: string,
  { reader, tables, names }: Omit<PlanContext, 'harmless'> & { readonly names: readonly string[] },
): Promise<string | null> {
  for (const name of names) {
    const table = tableOf({ tables }, name);
    const found = table?.columns.find((known) => known.name.toLowerCase() === column.toLowerCase());
    if (table === null || found === undefined) continue;
    const quoted = quoteIdentifier(found.name);
    const [row] = await readRows(
      reader,
      `SELECT ${quoted}::VARCHAR AS value FROM ${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}
       WHERE ${quoted} IS NOT NULL LIMIT 1`,
    );
    return row === undefined ? null : `CAST(${quoteLiteral(String(row.value))} AS ${found.type})`;
  }
  return null;
}

/** A node of DuckDB's plan; profiled ones have other names for the same. */
interface PlanNode {
  readonly name?: string;
  readonly operator_name?: string;
  readonly operator_rows_scanned?: number;
  readonly extra_info?: Readonly<Record<string, unknown>>;
  readonly children?: readonly PlanNode[];
}

/** DuckDB's plan as a fact. */
function planOf(document: unknown, tables: readonly TableFact[], isRun: boolean): PlanFact | null {
  const roots = Array.isArray(document) ? document : [document];
  const nodes = roots.flatMap((root) => flatten(root as PlanNode | null));
  if (nodes.length === 0) return null;
  const estimate = ({ extra_info: info }: PlanNode): number | null =>
    info?.['Estimated Cardinality'] === undefined
      ? null
      : numberOf(Number(info['Estimated Cardinality']));
  const scans = nodes.flatMap((node) => {
    const table = tables.find((known) => isNamed(known, String(node.extra_info?.Table ?? '')));
    if (table === undefined) return [];
    return [
      {
        table: `${table.schema}.${table.name}`,
        isIndexed: isRun ? node.extra_info?.Type === 'Index Scan' : null,
        estimatedRows: estimate(node),
        scannedRows: isRun ? numberOrNull(node.operator_rows_scanned ?? null) : null,
      },
    ];
  });
  return {
    operators: nodes.map(nameOf),
    estimatedRows: nodes.map(estimate).find((rows) => rows !== null) ?? null,
    scans,
  };
}

/** Whether a path such as `shop.main."order"` ends in the table: DuckDB quotes what needs it. */
function isNamed({ schema, name }: TableFact, path: string): boolean {
  const written = (part: string): string[] => [part, quoteIdentifier(part)];
  return written(schema).some((first) =>
    written(name).some((last) => path.endsWith(`.${first}.${last}`)),
  );
}

function nameOf({ name, operator_name: profiled }: PlanNode): string {
  return (profiled ?? name ?? '').trim();
}

/** The operators, those that come last first; what profiling itself adds is left out. */
function flatten(node: PlanNode | null): PlanNode[] {
  if (node === null || typeof node !== 'object') return [];
  const children = (node.children ?? []).flatMap(flatten);
  const isOperator = !/^(EXPLAIN.*)?$/.test(nameOf(node));
  return isOperator ? [node, ...children] : children;
}

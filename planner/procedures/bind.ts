import type { CatalogParameter, CatalogProcedure, CatalogSnapshot } from '../catalog.ts';
import type { ColumnKind, ColumnModel, TableModel } from '../grounding/schema-model.ts';
import { splitName } from '../language/names.ts';

/** A procedure whose parameters were found among the columns of one table's rows. */
export interface ProcedureBinding {
  readonly procedure: CatalogProcedure;
  readonly table: TableModel;
  readonly arguments: readonly ArgumentBinding[];
  readonly resultName: string;
}

export interface ArgumentBinding {
  readonly parameter: CatalogParameter;
  readonly column: ColumnModel;
  /** Why this column, for the plan's assumptions. */
  readonly reason: string;
}

/** Verbs that say a procedure computes something, not what. */
const PROCEDURE_VERBS = new Set(
  'calculate compute get detect check predict estimate determine evaluate find fetch make do run is has'.split(
    ' ',
  ),
);

/**
 * Offers every procedure that can be called for each row of some table as a column of that
 * table, so that the rest of the planner treats its result like any stored measure.
 */
export function procedureColumns(
  catalog: CatalogSnapshot,
  tables: readonly TableModel[],
  firstId: number,
): readonly ColumnModel[] {
  return catalog.procedures.flatMap((procedure, index) => {
    // What changes data is no figure of a row: it is called once, when a person confirms it.
    if (procedure.writes !== undefined) return [];
    const binding = bindProcedure(procedure, tables);
    return binding === null ? [] : [resultColumn(binding, firstId + index)];
  });
}

function resultColumn(binding: ProcedureBinding, id: number): ColumnModel {
  const { procedure, table } = binding;
  const words = nameWords(procedure);
  const kind = kindOfType(procedure.returns);
  return {
    id,
    table,
    column: {
      name: binding.resultName,
      type: procedure.returns,
      isNullable: true,
      comment: procedure.comment,
      distinctCount: null,
      nullCount: null,
      minimum: null,
      maximum: null,
      values: [],
      valuesAreComplete: false,
    },
    words,
    kind,
    isNumericText: false,
    dateTextFormat: null,
    isKey: false,
    isForeignKey: false,
    refersToOwnTable: false,
    isMeasure: kind === 'number',
    procedure: binding,
    lineAmount: null,
    elapsed: null,
  };
}

/** The words of a procedure's name that say what it computes. */
export function nameWords(procedure: Pick<CatalogProcedure, 'name'>): readonly string[] {
  const words = splitName(procedure.name);
  const nouns = words.filter((word) => !PROCEDURE_VERBS.has(word));
  return nouns.length === 0 ? words : nouns;
}

/** Finds the table whose rows offer an argument for every parameter without a default. */
export function bindProcedure(
  procedure: CatalogProcedure,
  tables: readonly TableModel[],
): ProcedureBinding | null {
  const required = procedure.parameters.filter(({ hasDefault }) => !hasDefault);
  if (required.length === 0) return null;
  let best: { score: number; binding: ProcedureBinding } | null = null;
  for (const table of tables) {
    const found = required.map((parameter) => bindParameter(parameter, table));
    if (found.some((item) => item === null)) continue;
    const items = found as ScoredArgument[];
    const score = items.reduce((sum, item) => sum + item.score, 0);
    if (best === null || score > best.score + 1e-9) {
      const words = nameWords(procedure).filter((word) => !table.words.includes(word));
      const name = words.length === 0 ? procedure.name : words.join('_');
      best = {
        score,
        binding: {
          procedure,
          table,
          arguments: items.map(({ argument }) => argument),
          resultName: freeName(name, table),
        },
      };
    }
  }
  return best?.binding ?? null;
}

interface ScoredArgument {
  readonly argument: ArgumentBinding;
  readonly score: number;
}

function bindParameter(parameter: CatalogParameter, table: TableModel): ScoredArgument | null {
  const wanted = splitName(parameter.name);
  let best: ScoredArgument | null = null;
  for (const column of table.columns) {
    const score = parameterScore(wanted, parameter.type, column, table);
    if (score <= 0 || (best !== null && score <= best.score)) continue;
    const label = `${table.table.name}.${column.column.name}`;
    const reason =
      column === table.key ? `the key of ${table.table.name}` : `matched by name to ${label}`;
    best = { score, argument: { parameter, column, reason } };
  }
  return best;
}

function parameterScore(
  wanted: readonly string[],
  type: string,
  column: ColumnModel,
  table: TableModel,
): number {
  if (!isCompatible(kindOfType(type), column.kind)) return 0;
  const name = wanted.join(' ');
  const own = column.words.join(' ');
  const qualified = column.words.some((word) => table.words.includes(word))
    ? own
    : [...table.words, ...column.words].join(' ');
  const isKey = column === table.key;
  if (name === qualified) return isKey ? 1.3 : 1.1;
  if (name === own) return isKey ? 1.2 : 1;
  // `order_total` for `total` beside the table's name in any inflection; `amount` for `total_amount`.
  const rest = wanted.filter((word) => !table.words.includes(word));
  if (rest.length > 0 && rest.length < wanted.length && rest.join(' ') === own) return 0.9;
  if (
    rest.length > 0 &&
    column.words.length > 1 &&
    rest.every((word) => column.words.includes(word)) &&
    !isKey
  )
    return 0.6;
  return 0;
}

function isCompatible(parameter: ColumnKind, column: ColumnKind): boolean {
  if (parameter === column) return true;
  const dates = ['date', 'timestamp'];
  return dates.includes(parameter) && dates.includes(column);
}

function kindOfType(type: string): ColumnKind {
  const upper = type.toUpperCase();
  if (/\[|^(STRUCT|MAP|UNION|BLOB|JSON|LIST)/.test(upper)) return 'other';
  if (/INT|DECIMAL|NUMERIC|DOUBLE|FLOAT|REAL/.test(upper)) return 'number';
  if (/^(TIMESTAMP|DATETIME)/.test(upper)) return 'timestamp';
  if (/^DATE/.test(upper)) return 'date';
  if (/^TIME/.test(upper)) return 'time';
  if (/^BOOL/.test(upper)) return 'boolean';
  return 'text';
}

function freeName(name: string, table: TableModel): string {
  const taken = new Set(table.columns.map(({ column }) => column.name.toLowerCase()));
  return taken.has(name.toLowerCase()) ? `${name}_result` : name;
}

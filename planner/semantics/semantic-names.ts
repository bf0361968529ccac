import type { CatalogSnapshot } from '../catalog.ts';
import { quoteName } from '../compile/sql.ts';
import { expressionColumn } from '../grounding/expression-column.ts';
import type { ColumnModel, TableModel } from '../grounding/schema-model.ts';
import { splitName } from '../language/names.ts';
import type { SemanticMetric } from './semantic-model.ts';
import { semanticTable } from './semantic-model.ts';

/** Another name of a table or column. */
export interface NameAlias {
  readonly table: TableModel;
  readonly column: ColumnModel | null;
  readonly words: readonly string[];
}

export interface SemanticNames {
  /** Metrics as columns that no table holds. */
  readonly metrics: readonly ColumnModel[];
  readonly aliases: readonly NameAlias[];
}

/** What people named in the semantic model, ready to be found by the words of a question. */
export function semanticNames(
  { semantics }: CatalogSnapshot,
  tables: readonly TableModel[],
  firstId: number,
): SemanticNames {
  const metrics: ColumnModel[] = [];
  const aliases: NameAlias[] = [];
  for (const table of tables) {
    const entry = semanticTable(semantics, table.table);
    if (entry === null) continue;
    const add = (column: ColumnModel | null, synonyms: readonly string[]) => {
      for (const name of synonyms) aliases.push({ table, column, words: splitName(name) });
    };
    add(null, entry.synonyms);
    for (const { name, synonyms } of entry.columns) {
      const column = table.columns.find((own) => own.column.name === name);
      if (column !== undefined) add(column, synonyms);
    }
    for (const metric of entry.metrics) {
      const column = metricColumn(metric, table, firstId + metrics.length);
      metrics.push(column);
      add(column, metric.synonyms);
    }
  }
  return { metrics, aliases };
}

/** The columns that people chose to name a row of a table, or null where they left it open. */
export function chosenLabels(
  { semantics }: CatalogSnapshot,
  table: TableModel,
): readonly ColumnModel[] | null {
  const label = semanticTable(semantics, table.table)?.label ?? [];
  const columns = label.flatMap((name) =>
    table.columns.filter(({ column }) => column.name.toLowerCase() === name.toLowerCase()),
  );
  return columns.length === 0 ? null : columns;
}

function metricColumn(metric: SemanticMetric, table: TableModel, id: number): ColumnModel {
  const { name, description } = metric;
  const expression = qualifyExpression(metric.expression, table);
  return expressionColumn({ id, table, name, expression, description });
}

/** An expression over a table's columns, which keep their meaning when other tables are joined. */
function qualifyExpression(expression: string, { table }: TableModel): string {
  const names = new Map(table.columns.map(({ name }) => [name.toLowerCase(), name]));
  const owner =
    table.schema === 'main'
      ? quoteName(table.name)
      : `${quoteName(table.schema)}.${quoteName(table.name)}`;
  const qualified = expression.replaceAll(
    /'(?:[^']|'')*'|"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_]*(?:\s*[.(])?|\.\s*[\p{L}_]\w*/gu,
    (word) => {
      const bare = word.startsWith('"') ? word.slice(1, -1).replaceAll('""', '"') : word;
      const name = names.get(bare.toLowerCase());
      return name === undefined ? word : `${owner}.${quoteName(name)}`;
    },
  );
  return `(${qualified})`;
}

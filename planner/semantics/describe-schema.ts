import type { CatalogSnapshot } from '../catalog.ts';
import type { ColumnModel } from '../grounding/schema-model.ts';
import { schemaModel } from '../grounding/schema-model.ts';

/** What the planner believes of a table. */
export interface TableBelief {
  readonly schema: string;
  readonly name: string;
  /** The column that identifies a row, or null. */
  readonly key: string | null;
  /** Columns that name a row for people. */
  readonly label: readonly string[];
  readonly columns: readonly {
    readonly name: string;
    readonly type: string;
    readonly role: 'key' | 'reference' | 'measure' | 'time' | 'dimension' | 'other';
  }[];
}

/** What the planner believes of every table, in the catalog's order. */
export function describeSchema(catalog: CatalogSnapshot): readonly TableBelief[] {
  return schemaModel(catalog, null).tables.map(({ table, key, labels, columns }) => ({
    schema: table.schema,
    name: table.name,
    key: key?.column.name ?? null,
    label: labels.map(({ column }) => column.name),
    columns: columns.map((column) => ({
      name: column.column.name,
      type: column.column.type,
      role: roleOf(column),
    })),
  }));
}

function roleOf(column: ColumnModel): TableBelief['columns'][number]['role'] {
  if (column.isForeignKey) return 'reference';
  if (column.isKey || column === column.table.key) return 'key';
  if (column.kind === 'date' || column.kind === 'timestamp' || column.dateTextFormat !== null) {
    return 'time';
  }
  if (column.isMeasure) return 'measure';
  return column.kind === 'other' ? 'other' : 'dimension';
}

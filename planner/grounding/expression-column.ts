import { quoteName } from '../compile/sql.ts';
import { splitName } from '../language/names.ts';
import type { ColumnModel, TableModel } from './schema-model.ts';

export interface ExpressionColumn {
  readonly id: number;
  readonly table: TableModel;
  readonly name: string;
  /** SQL over one row of the table, with its columns qualified. */
  readonly expression: string;
  readonly description: string | null;
}

/** A number that no table holds and that is computed from a row; it is used like any column. */
export function expressionColumn(options: ExpressionColumn): ColumnModel {
  const { id, table, name, expression, description } = options;
  return {
    id,
    table,
    column: {
      name,
      type: 'DOUBLE',
      isNullable: true,
      comment: description,
      distinctCount: null,
      nullCount: null,
      minimum: null,
      maximum: null,
      values: [],
      valuesAreComplete: false,
      expression,
    },
    words: splitName(name),
    kind: 'number',
    isNumericText: false,
    dateTextFormat: null,
    isKey: false,
    isForeignKey: false,
    refersToOwnTable: false,
    isMeasure: true,
    procedure: null,
    lineAmount: null,
    elapsed: null,
  };
}

/** A column with its table, as SQL text. */
export function qualifiedName({ table: { table }, column }: ColumnModel): string {
  const owner =
    table.schema === 'main'
      ? quoteName(table.name)
      : `${quoteName(table.schema)}.${quoteName(table.name)}`;
  return `${owner}.${quoteName(column.name)}`;
}

/**
 * What people add to what the database says about itself: the content of the file that
 * `heliosdb model init` writes. Names are those of the database; nothing here is SQL that runs by
 * itself, except a metric's expression, which is an expression over one row of its table.
 */
export interface SemanticModel {
  readonly tables: readonly SemanticTable[];
  /** Preferred joins; between two tables they replace every key that was inferred. */
  readonly joins: readonly SemanticJoin[];
}

export interface SemanticTable {
  readonly schema: string;
  readonly name: string;
  readonly description: string | null;
  readonly synonyms: readonly string[];
  readonly isHidden: boolean;
  /** The columns that name a row for people; null leaves the choice to the planner. */
  readonly label: readonly string[] | null;
  readonly columns: readonly SemanticColumn[];
  readonly metrics: readonly SemanticMetric[];
}

export interface SemanticColumn {
  readonly name: string;
  readonly description: string | null;
  readonly synonyms: readonly string[];
  readonly isHidden: boolean;
  readonly unit: string | null;
}

/** A quantity that no column holds. */
export interface SemanticMetric {
  readonly name: string;
  /** Over one row: `quantity * unit_price`. */
  readonly expression: string;
  readonly description: string | null;
  readonly synonyms: readonly string[];
  readonly unit: string | null;
}

export interface SemanticJoin {
  readonly from: SemanticKeyEnd;
  readonly to: SemanticKeyEnd;
}

export interface SemanticKeyEnd {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
}

/** The entry of a table, or null when the file says nothing about it. */
export function semanticTable(
  model: SemanticModel | undefined,
  { schema, name }: { readonly schema: string; readonly name: string },
): SemanticTable | null {
  return (
    model?.tables.find(
      (table) =>
        table.schema.toLowerCase() === schema.toLowerCase() &&
        table.name.toLowerCase() === name.toLowerCase(),
    ) ?? null
  );
}

/** The entry of a column of a table, or null. */
export function semanticColumn(table: SemanticTable | null, name: string): SemanticColumn | null {
  return table?.columns.find((column) => column.name.toLowerCase() === name.toLowerCase()) ?? null;
}

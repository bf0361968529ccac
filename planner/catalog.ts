/**
 * What the planner knows of a database: the port that `storage/catalog` implements.
 * Everything here is plain data; the planner itself performs no I/O.
 */

import type { SemanticModel } from './semantics/semantic-model.ts';

export interface CatalogSnapshot {
  /** Changes whenever the schema or the sampled data change; key for caches. */
  readonly version: string;
  readonly tables: readonly CatalogTable[];
  readonly keys: readonly CatalogForeignKey[];
  readonly procedures: readonly CatalogProcedure[];
  /** What people added; `applySemantics` attaches it. */
  readonly semantics?: SemanticModel;
}

export interface CatalogTable {
  readonly schema: string;
  readonly name: string;
  readonly kind: 'table' | 'view';
  readonly comment: string | null;
  readonly rowCount: number;
  readonly primaryKey: readonly string[] | null;
  readonly uniqueKeys: readonly (readonly string[])[];
  readonly columns: readonly CatalogColumn[];
  /** Set where the semantic model hides some of the table's columns. */
  readonly hasHiddenColumns?: boolean;
}

export interface CatalogColumn {
  readonly name: string;
  /** The type as DuckDB prints it, for example `DECIMAL(18,3)`. */
  readonly type: string;
  readonly isNullable: boolean;
  /** Whether a new row need not give it a value: a default or an expression does. */
  readonly hasDefault?: boolean;
  readonly comment: string | null;
  /** Null when it was not counted. */
  readonly distinctCount: number | null;
  readonly nullCount: number | null;
  readonly minimum: string | null;
  readonly maximum: string | null;
  /** Distinct stored spellings; all of them when `valuesAreComplete`. */
  readonly values: readonly string[];
  readonly valuesAreComplete: boolean;
  /** Set for a metric of the semantic model: SQL over one row, with its columns qualified. */
  readonly expression?: string;
}

export interface CatalogForeignKey {
  readonly from: CatalogKeyEnd;
  readonly to: CatalogKeyEnd;
  /** False when it was inferred from names and value containment. */
  readonly isDeclared: boolean;
}

export interface CatalogKeyEnd {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
}

export interface CatalogProcedure {
  /** What the engine knows it by in bound statements; absent where it is not registered. */
  readonly id?: string;
  readonly schema: string;
  readonly name: string;
  readonly parameters: readonly CatalogParameter[];
  readonly returns: string;
  readonly volatility: 'IMMUTABLE' | 'STABLE' | 'VOLATILE';
  readonly comment: string | null;
  readonly activeVersion: number;
  /** Tables that it may change, `*` for all; absent where it only reads. */
  readonly writes?: readonly string[];
}

export interface CatalogParameter {
  readonly name: string;
  readonly type: string;
  readonly hasDefault: boolean;
}

import type { CatalogSnapshot } from '../catalog.ts';
import type { ColumnModel, TableModel } from './schema-model.ts';

/** One foreign key as an edge; joined in either direction. */
export interface KeyEdge {
  readonly id: number;
  readonly from: TableModel;
  readonly to: TableModel;
  readonly fromColumns: readonly ColumnModel[];
  readonly toColumns: readonly ColumnModel[];
  readonly cost: number;
}

/** The tables of a database connected by their foreign keys, with cheapest paths. */
export class KeyGraph {
  readonly edges: readonly KeyEdge[];
  readonly #edgesByTable: readonly (readonly KeyEdge[])[];
  readonly #paths = new Map<number, readonly (Step | null)[]>();

  constructor(catalog: CatalogSnapshot, tables: readonly TableModel[]) {
    const byName = new Map(
      tables.map((t) => [`${t.table.schema}\u0000${t.table.name.toLowerCase()}`, t]),
    );
    const edges: KeyEdge[] = [];
    for (const key of catalog.keys) {
      const from = byName.get(`${key.from.schema}\u0000${key.from.table.toLowerCase()}`);
      const to = byName.get(`${key.to.schema}\u0000${key.to.table.toLowerCase()}`);
      if (from === undefined || to === undefined) continue;
      const fromColumns = findColumns(from, key.from.columns);
      const toColumns = findColumns(to, key.to.columns);
      if (fromColumns === null || toColumns === null) continue;
      const isMirrored = edges.some(
        (edge) =>
          edge.from === to &&
          edge.to === from &&
          edge.fromColumns[0] === toColumns[0] &&
          edge.toColumns[0] === fromColumns[0],
      );
      if (isMirrored) continue;
      // An inferred key is believed a little less; a key of text between names less again.
      const isSameName =
        fromColumns[0]?.column.name.toLowerCase() === toColumns[0]?.column.name.toLowerCase();
      const cost =
        1 +
        (isSameName ? 0 : 0.02) +
        (key.isDeclared ? 0 : 0.1) +
        (fromColumns[0]?.words.at(-1) === 'name' ? 0.3 : 0) +
        // A key without values joins nothing.
        (fromColumns[0]?.column.distinctCount === 0 ? 3 : 0);
      edges.push({ id: edges.length, from, to, fromColumns, toColumns, cost });
    }
    this.edges = edges;
    this.#edgesByTable = tables.map((table) =>
      edges.filter((edge) => edge.from === table || edge.to === table),
    );
  }

  edgesOf(table: TableModel): readonly KeyEdge[] {
    return this.#edgesByTable[table.id] ?? [];
  }

  edgesBetween(a: TableModel, b: TableModel): readonly KeyEdge[] {
    return this.edgesOf(a).filter((edge) => other(edge, a) === b);
  }

  /** Cost of the cheapest path between two tables; Infinity when nothing connects them. */
  distance(a: TableModel, b: TableModel): number {
    if (a === b) return 0;
    return this.#from(a)[b.id]?.cost ?? Number.POSITIVE_INFINITY;
  }

  /** Edges of the cheapest path from `a` to `b`, in order; null when nothing connects them. */
  path(a: TableModel, b: TableModel): readonly KeyEdge[] | null {
    const steps = this.#from(a);
    const edges: KeyEdge[] = [];
    let at = b;
    while (at !== a) {
      const step = steps[at.id];
      if (step?.edge == null) return null;
      edges.unshift(step.edge);
      at = other(step.edge, at);
    }
    return edges;
  }

  #from(start: TableModel): readonly (Step | null)[] {
    const known = this.#paths.get(start.id);
    if (known !== undefined) return known;
    const steps: (Step | null)[] = this.#edgesByTable.map(() => null);
    steps[start.id] = { cost: 0, edge: null };
    const open: TableModel[] = [start];
    while (open.length > 0) {
      open.sort((a, b) => (steps[a.id]?.cost ?? 0) - (steps[b.id]?.cost ?? 0) || a.id - b.id);
      const table = open.shift();
      if (table === undefined) break;
      for (const edge of this.edgesOf(table)) {
        const next = other(edge, table);
        // Going down into a table and up again relates siblings loosely; it costs a little more.
        const via = steps[table.id]?.edge;
        const isValley = via != null && via.to === table && edge.to === table;
        const cost = (steps[table.id]?.cost ?? 0) + edge.cost + (isValley ? 0.5 : 0);
        const best = steps[next.id];
        if (best == null || cost < best.cost - 1e-9) {
          steps[next.id] = { cost, edge };
          open.push(next);
        }
      }
    }
    this.#paths.set(start.id, steps);
    return steps;
  }
}

interface Step {
  readonly cost: number;
  readonly edge: KeyEdge | null;
}

/** The table at the other end of an edge. */
export function other(edge: KeyEdge, table: TableModel): TableModel {
  return edge.from === table ? edge.to : edge.from;
}

function findColumns(table: TableModel, names: readonly string[]): readonly ColumnModel[] | null {
  const found = names.map((name) =>
    table.columns.find((column) => column.column.name.toLowerCase() === name.toLowerCase()),
  );
  return found.every((column) => column !== undefined) ? (found as ColumnModel[]) : null;
}

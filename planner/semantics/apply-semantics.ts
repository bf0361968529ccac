import type {
  CatalogColumn,
  CatalogForeignKey,
  CatalogSnapshot,
  CatalogTable,
} from '../catalog.ts';
import type { SemanticModel, SemanticTable } from './semantic-model.ts';
import { semanticColumn, semanticTable } from './semantic-model.ts';

/**
 * A snapshot with what people added to it: hidden parts are gone, descriptions take the place of
 * comments, preferred joins the place of inferred keys. Same inputs, same version.
 */
export function applySemantics(
  catalog: CatalogSnapshot,
  semantics: SemanticModel,
): CatalogSnapshot {
  const tables = catalog.tables.flatMap((table) => {
    const entry = semanticTable(semantics, table);
    if (entry === null) return [table];
    return entry.isHidden ? [] : [withEntry(table, entry)];
  });
  const kept = new Set(tables.map(({ schema, name }) => `${schema}\u0000${name}`));
  const isKept = ({ from, to }: CatalogForeignKey) =>
    [from, to].every(({ schema, table }) => kept.has(`${schema}\u0000${table}`));
  const preferred = semantics.joins.map(
    ({ from, to }): CatalogForeignKey => ({
      from: { schema: from.schema, table: from.table, columns: [from.column] },
      to: { schema: to.schema, table: to.table, columns: [to.column] },
      isDeclared: true,
    }),
  );
  const others = catalog.keys.filter(
    (key) => key.isDeclared || !preferred.some((join) => joinsSame(join, key)),
  );
  return {
    ...catalog,
    version: `${catalog.version}+${JSON.stringify(semantics).length}-${checksum(JSON.stringify(semantics))}`,
    tables,
    keys: [
      ...preferred.filter((join) => !others.some((key) => isSame(join, key))),
      ...others,
    ].filter(isKept),
    semantics,
  };
}

function withEntry(table: CatalogTable, entry: SemanticTable): CatalogTable {
  const columns = table.columns.flatMap((column): CatalogColumn[] => {
    const own = semanticColumn(entry, column.name);
    if (own === null) return [column];
    if (own.isHidden) return [];
    return [{ ...column, comment: own.description ?? column.comment }];
  });
  const hidden = columns.length < table.columns.length ? { hasHiddenColumns: true } : {};
  return { ...table, comment: entry.description ?? table.comment, columns, ...hidden };
}

function joinsSame(a: CatalogForeignKey, b: CatalogForeignKey): boolean {
  const ends = ({ from, to }: CatalogForeignKey) =>
    [from, to].map(({ schema, table }) => `${schema}.${table}`.toLowerCase()).sort();
  return ends(a).join() === ends(b).join();
}

function isSame(a: CatalogForeignKey, b: CatalogForeignKey): boolean {
  return (
    joinsSame(a, b) &&
    a.from.columns.join().toLowerCase() === b.from.columns.join().toLowerCase() &&
    a.to.columns.join().toLowerCase() === b.to.columns.join().toLowerCase()
  );
}

/** Adler-32: tells two versions of a file apart, nothing more. */
function checksum(text: string): string {
  let [low, high] = [1, 0];
  for (let index = 0; index < text.length; index++) {
    low = (low + text.charCodeAt(index)) % 65_521;
    high = (high + low) % 65_521;
  }
  return (high * 65_536 + low).toString(16);
}

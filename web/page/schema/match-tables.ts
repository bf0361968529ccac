import type { CatalogTable } from '../api/contract.ts';

/** How a table is called: with its schema where that is not the usual one. */
export function nameOf({ schema, name }: Pick<CatalogTable, 'schema' | 'name'>): string {
  return schema === 'main' ? name : `${schema}.${name}`;
}

/** The tables whose name or columns have all the words, in the catalog's order. */
export function matchTables(tables: readonly CatalogTable[], words: string): CatalogTable[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return tables.filter((table) => {
    const names = [nameOf(table), ...table.columns.map(({ name }) => name)].map((name) =>
      name.toLowerCase(),
    );
    return wanted.every((word) => names.some((name) => name.includes(word)));
  });
}

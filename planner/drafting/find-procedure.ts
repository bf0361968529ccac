import type { CatalogProcedure, CatalogSnapshot } from '../catalog.ts';

/** The procedure that a draft names, or null. */
export function findProcedure(
  name: string,
  { procedures }: CatalogSnapshot,
): CatalogProcedure | null {
  const wanted = name.replace(/\(.*$/s, '').trim().toLowerCase();
  return (
    procedures.find((procedure) => procedure.name.toLowerCase() === wanted) ??
    procedures.find(({ schema, name: own }) => `${schema}.${own}`.toLowerCase() === wanted) ??
    null
  );
}

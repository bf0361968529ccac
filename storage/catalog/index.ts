/**
 * Catalog: what the planner may know of a database.
 * Input: an open connection. Output: a `CatalogSnapshot`, plain data.
 * Invariants: reads only; cost bounded by `catalogLimits`; same data, same snapshot.
 * May not: plan, write, or look into schema `heliosdb` except for its procedures.
 */
export type { CatalogConnection } from './connection.ts';
export { catalogLimits } from './limits.ts';
export type { ReadCatalogOptions } from './read-catalog.ts';
export { readCatalog, rereadTable } from './read-catalog.ts';

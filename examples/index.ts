/**
 * Runnable examples: the generated shop database and the procedures that work on it.
 * In: a directory or a gateway. Out: a ready database, registered procedures.
 * Invariants: everything is reproducible and works offline. It may only use what users can use.
 */

export { WORKLOAD, type WorkloadStep } from './advisor/index.ts';
export {
  EXAMPLE_PROCEDURES,
  installExamples,
  PROCEDURES_DIRECTORY,
  SHOP_PROCEDURES,
} from './procedures/index.ts';
export {
  type EnsureShopOptions,
  ensureShop,
  type GenerateShopOptions,
  generateShop,
  SHOP_CLOCK,
  SHOP_TABLES,
  WELL_KNOWN_CUSTOMER,
} from './shop/index.ts';

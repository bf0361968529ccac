/** The whole generator as SQL, with its fixed clock. */

import { merchantStatements, paymentStatements } from './payments.ts';
import { peopleStatements } from './people.ts';
import { DRAW_MACROS } from './random.ts';
import { createTable } from './schema.ts';
import { orderStatements, productStatements } from './trade.ts';

/** The shop's "now", in UTC: a fixed instant, so that results do not drift with the calendar. */
export const SHOP_CLOCK = '2026-06-30 18:00:00';

/** SQL that must run in order on one connection. */
export interface Branch {
  readonly title: string;
  readonly statements: readonly string[];
}

export interface GeneratorScript {
  /** Runs first. */
  readonly groundwork: Branch;
  /** Touch different tables, so they may run at the same time on connections of their own. */
  readonly branches: readonly Branch[];
}

export function generatorScript(): GeneratorScript {
  return {
    groundwork: {
      title: 'customers, products and merchants',
      statements: [
        ...DRAW_MACROS,
        ...createTable('shop_clock'),
        `INSERT INTO shop_clock VALUES (TIMESTAMP '${SHOP_CLOCK}')`,
        ...createTable('customers'),
        ...peopleStatements(SHOP_CLOCK),
        ...createTable('merchants'),
        ...merchantStatements(),
        // A foreign key alters the table it refers to: both children of `customers` are made here,
        // because two connections must not alter it at the same time.
        ...createTable('orders'),
        ...createTable('transactions'),
      ],
    },
    branches: [
      {
        title: 'orders',
        statements: [
          ...DRAW_MACROS,
          ...createTable('products'),
          ...createTable('inventory'),
          ...productStatements(),
          ...orderStatements(SHOP_CLOCK),
        ],
      },
      { title: 'payments', statements: [...DRAW_MACROS, ...paymentStatements(SHOP_CLOCK)] },
    ],
  };
}

/** The shop's tables, their keys and what each column means. */

import { text } from './random.ts';

interface TableDefinition {
  readonly name: string;
  readonly comment: string;
  /** Column or constraint lines; a constraint has no comment. */
  readonly columns: readonly (readonly [definition: string, comment: string])[];
  readonly constraints: readonly string[];
  /** Columns of the primary key of a large table, added after filling: several times faster. */
  readonly lateKey?: string;
}

/** In the order in which they can be filled. */
const TABLES: readonly TableDefinition[] = [
  {
    name: 'shop_clock',
    comment: 'The moment at which the shop is looked at; all other dates lie before it. One row.',
    columns: [['as_of TIMESTAMP NOT NULL', 'What "now" means for this shop, in UTC']],
    constraints: [],
  },
  {
    name: 'customers',
    comment: 'People who have an account at the shop',
    columns: [
      ['id BIGINT PRIMARY KEY', 'Customer number, in the order of signing up'],
      ['name VARCHAR NOT NULL', 'First and last name'],
      ['email VARCHAR NOT NULL UNIQUE', 'Email address'],
      ['phone VARCHAR', 'Phone number with country prefix, if given'],
      ['country VARCHAR NOT NULL', 'Country of residence'],
      ['city VARCHAR NOT NULL', 'City of residence'],
      [
        "loyalty_tier VARCHAR NOT NULL CHECK (loyalty_tier IN ('bronze', 'silver', 'gold', 'platinum'))",
        'Level in the loyalty program: bronze, silver, gold or platinum',
      ],
      ['signup_date DATE NOT NULL', 'Day the account was opened'],
      [
        'marketing_consent BOOLEAN NOT NULL',
        'Whether the customer agreed to receive marketing email',
      ],
    ],
    constraints: [],
  },
  {
    name: 'products',
    comment: 'Articles the shop sells',
    columns: [
      ['id BIGINT PRIMARY KEY', 'Product number'],
      ['name VARCHAR NOT NULL', 'Name of the product'],
      ['category VARCHAR NOT NULL', 'Department the product belongs to'],
      [
        'price DECIMAL(10,2) NOT NULL CHECK (price > 0)',
        'Current price of one piece in US dollars',
      ],
      ['added_on DATE NOT NULL', 'Day the product came into the range'],
    ],
    constraints: [],
  },
  {
    name: 'inventory',
    comment: 'How many pieces of each product are in stock',
    columns: [
      ['product_id BIGINT PRIMARY KEY REFERENCES products (id)', 'The product'],
      ['warehouse VARCHAR NOT NULL', 'Warehouse that keeps the product'],
      [
        'available_quantity INTEGER NOT NULL CHECK (available_quantity >= 0)',
        'Pieces that can be shipped',
      ],
      [
        'reorder_level INTEGER NOT NULL CHECK (reorder_level >= 0)',
        'Stock at or below which more is ordered',
      ],
    ],
    constraints: [],
  },
  {
    name: 'orders',
    comment: 'Orders that customers placed',
    columns: [
      ['order_id BIGINT NOT NULL', 'Order number, in the order of placing'],
      ['customer_id BIGINT NOT NULL REFERENCES customers (id)', 'Customer who placed the order'],
      ['order_date DATE NOT NULL', 'Day the order was placed'],
      [
        "status VARCHAR NOT NULL CHECK (status IN ('pending', 'processing', 'shipped', 'delivered', 'returned', 'cancelled'))",
        'Progress of the order: pending, processing, shipped, delivered, returned or cancelled',
      ],
      ['total DECIMAL(12,2) NOT NULL CHECK (total > 0)', 'Amount of the whole order in US dollars'],
    ],
    constraints: [],
    lateKey: 'order_id',
  },
  {
    name: 'order_items',
    comment: 'The products in each order',
    columns: [
      ['order_id BIGINT NOT NULL REFERENCES orders (order_id)', 'The order'],
      ['product_id BIGINT NOT NULL REFERENCES products (id)', 'The product ordered'],
      ['quantity INTEGER NOT NULL CHECK (quantity > 0)', 'Pieces ordered'],
      [
        'unit_price DECIMAL(10,2) NOT NULL CHECK (unit_price > 0)',
        'Price of one piece when ordered, in US dollars',
      ],
    ],
    constraints: [],
    lateKey: 'order_id, product_id',
  },
  {
    name: 'merchants',
    comment: "Partner merchants where customers pay with the shop's card",
    columns: [
      ['id BIGINT PRIMARY KEY', 'Merchant number'],
      ['name VARCHAR NOT NULL', 'Name of the merchant and its city'],
      ['category VARCHAR NOT NULL', 'Line of business'],
      ['country VARCHAR NOT NULL', 'Country of the merchant'],
      ['city VARCHAR NOT NULL', 'City of the merchant'],
    ],
    constraints: [],
  },
  {
    name: 'transactions',
    comment: "Payments customers made with the shop's card at partner merchants",
    columns: [
      ['id BIGINT NOT NULL', 'Transaction number, in the order of time'],
      ['customer_id BIGINT NOT NULL REFERENCES customers (id)', 'Customer who paid'],
      ['merchant_id BIGINT NOT NULL REFERENCES merchants (id)', 'Merchant that was paid'],
      ['amount DECIMAL(12,2) NOT NULL CHECK (amount > 0)', 'Amount paid in US dollars'],
      ['timestamp TIMESTAMP NOT NULL', 'Moment of the payment, in UTC'],
    ],
    constraints: [],
    lateKey: 'id',
  },
  {
    name: 'fraud_alerts',
    comment: 'Transactions that looked like fraud, and what became of the suspicion',
    columns: [
      ['id BIGINT PRIMARY KEY', 'Alert number'],
      [
        'transaction_id BIGINT NOT NULL UNIQUE REFERENCES transactions (id)',
        'The suspicious transaction',
      ],
      ['created_at TIMESTAMP NOT NULL', 'Moment the alert was raised, in UTC'],
      [
        'risk_score INTEGER NOT NULL CHECK (risk_score BETWEEN 0 AND 100)',
        'How suspicious, from 0 to 100',
      ],
      ['reason VARCHAR NOT NULL', 'Why the alert was raised'],
      [
        "status VARCHAR NOT NULL CHECK (status IN ('open', 'confirmed', 'dismissed'))",
        'Outcome of the review: open, confirmed or dismissed',
      ],
      ['resolved_at TIMESTAMP', 'Moment the review was finished; empty while the alert is open'],
    ],
    constraints: ["CHECK ((status = 'open') = (resolved_at IS NULL))"],
  },
];

/** Names of the shop's tables, parents before children. */
export const SHOP_TABLES: readonly string[] = TABLES.map((table) => table.name);

/** Statements that create one empty table with its checks and comments. */
export function createTable(name: string): string[] {
  const table = tableNamed(name);
  const lines = [...table.columns.map(([definition]) => definition), ...table.constraints];
  const columnComments = table.columns.map(
    ([definition, comment]) =>
      `COMMENT ON COLUMN ${name}.${definition.split(' ')[0]} IS ${text(comment)}`,
  );
  return [
    `CREATE TABLE ${name} (\n  ${lines.join(',\n  ')}\n)`,
    `COMMENT ON TABLE ${name} IS ${text(table.comment)}`,
    ...columnComments,
  ];
}

/** The statement that completes a filled table whose key was left out by `createTable`. */
export function addLateKey(name: string): string {
  return `ALTER TABLE ${name} ADD PRIMARY KEY (${tableNamed(name).lateKey})`;
}

function tableNamed(name: string): TableDefinition {
  const table = TABLES.find((candidate) => candidate.name === name);
  if (table === undefined) throw new RangeError(`the shop has no table ${name}`);
  return table;
}

/** The small shop that plans are made over, and plans as text. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CatalogProcedure, CatalogSnapshot, PlanOutcome } from '#planner';
import { Database, readCatalog } from '#storage';

function procedure(
  name: string,
  parameters: readonly (readonly [string, string])[],
  returns: string,
  comment: string,
): CatalogProcedure {
  return {
    schema: 'main',
    name,
    parameters: parameters.map(([parameter, type]) => ({
      name: parameter,
      type,
      hasDefault: false,
    })),
    returns,
    volatility: 'STABLE',
    comment,
    activeVersion: 1,
  };
}

const PROCEDURES = [
  procedure(
    'calculate_discount',
    [
      ['customer_id', 'BIGINT'],
      ['order_total', 'DECIMAL'],
    ],
    'DECIMAL',
    'The discount in dollars that a customer gets on an order, by loyalty tier',
  ),
  procedure(
    'order_in_stock',
    [['order_id', 'BIGINT']],
    'BOOLEAN',
    'Whether every product of an order is in stock',
  ),
  procedure(
    'transaction_risk',
    [['transaction_id', 'BIGINT']],
    'DOUBLE',
    'How much a transaction looks like fraud',
  ),
];

export interface Shop {
  readonly database: Database;
  readonly catalog: CatalogSnapshot;
}

/** Opens the shop in memory; its procedures can be planned with, not called. */
export async function openShop(more: readonly CatalogProcedure[] = []): Promise<Shop> {
  const database = await Database.open({ path: ':memory:' });
  const script = readFileSync(join(import.meta.dirname, 'shop.sql'), 'utf8');
  const catalog = await database.withConnection(async (connection) => {
    for (const statement of script.split(/;\s*\n/)) {
      if (statement.replace(/^--.*$/gm, '').trim() !== '') await connection.run(statement);
    }
    // The procedures themselves are not run here; macros of their names let the plans be bound.
    await connection.run(
      'CREATE MACRO calculate_discount(a, b) AS (a * 0 + b / 10)::DECIMAL(18,3)',
    );
    await connection.run('CREATE MACRO order_in_stock(a) AS a % 2 = 0');
    await connection.run('CREATE MACRO transaction_risk(a) AS (a % 90)::DOUBLE');
    return readCatalog(connection, { procedures: [...PROCEDURES, ...more] });
  });
  return { database, catalog };
}

/** A request with what was planned for it. */
export function printOutcome(request: string, outcome: PlanOutcome): string {
  const lines = [`# ${request}`];
  if (outcome.status === 'refused') {
    lines.push(`refused: ${outcome.reason}`);
    if (outcome.suggestions.length > 0) lines.push(`  nearest: ${outcome.suggestions.join(', ')}`);
  } else if (outcome.status === 'clarify') {
    lines.push(`asks: ${outcome.question}`, ...outcome.options.map(({ label }) => `  - ${label}`));
  } else {
    for (const task of outcome.plan.tasks) {
      lines.push(`${task.id} ${task.kind}: ${task.title}`, `  ${task.sql}`);
    }
    for (const assumption of outcome.plan.assumptions) lines.push(`assumes ${assumption}`);
  }
  return `${lines.join('\n')}\n`;
}

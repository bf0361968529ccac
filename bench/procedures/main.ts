/**
 * Question: what does a procedure cost beside the other ways to compute the same?
 * Method: all contenders take turns in one run; medians, and the fastest and slowest run.
 * Usage: npm run bench -- procedures [--rows N] [--orders N] [--customers N,N] [--rounds N]
 *        [--only scalar,metrics,calls,lookups,python,memory] [--dry-run]
 */
import { parseArgs } from 'node:util';
import { expensiveCalls, warmCalls } from './calls.ts';
import { lookupCases } from './lookups.ts';
import type { CaseResult } from './measure.ts';
import { hardwareClass } from './measure.ts';
import { memoryCases } from './memory.ts';
import { metricsCase } from './metrics.ts';
import { PlainThreads } from './plain-threads.ts';
import { pythonCases } from './python.ts';
import { printCases, writeReport } from './report.ts';
import { scalarCases } from './scalar.ts';
import { openScene } from './scene.ts';

const PARTS = 'scalar,metrics,calls,lookups,python,memory';
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '20000000' },
    orders: { type: 'string', default: '20000' },
    customers: { type: 'string', default: '20000,200000,2000000' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: PARTS },
    'dry-run': { type: 'boolean', default: false },
  },
});

function count(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  process.stderr.write(`--${name} takes a positive whole number, not ${text}\n`);
  process.exit(2);
}

const rows = count('rows', values.rows);
const orders = count('orders', values.orders);
const rounds = count('rounds', values.rounds);
const customers = values.customers.split(',').map((text) => count('customers', text));
const parts = values.only.split(',');

process.stdout.write(`${hardwareClass()}\n\n`);
const cases: CaseResult[] = [];
const add = (...found: readonly CaseResult[]): void => {
  cases.push(...found);
  process.stdout.write(`${printCases(found)}\n`);
};
if (['scalar', 'calls', 'lookups'].some((part) => parts.includes(part))) {
  await using scene = await openScene();
  await using plain = new PlainThreads();
  if (parts.includes('scalar')) add(...(await scalarCases(scene, { rows, plain, rounds })));
  if (parts.includes('calls')) {
    add(...(await warmCalls(scene)));
    add(await expensiveCalls(scene, { plain, rounds }));
  }
  if (parts.includes('lookups')) {
    add(...(await lookupCases(scene, { customers, orders, plain, rounds })));
  }
}
if (parts.includes('metrics')) add(await metricsCase({ rows, rounds }));
if (parts.includes('python')) add(...pythonCases({ rows, rounds }));
if (parts.includes('memory')) add(...memoryCases({ rounds }));
if (!values['dry-run']) {
  await writeReport(cases, { rows, orders, rounds }, { isComplete: values.only === PARTS });
}

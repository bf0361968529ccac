/** What an instance has in memory: processes that hold many of them, beside ones that hold few. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseResult } from './measure.ts';
import { medianOf, summarise } from './measure.ts';

/** Examples that wait for a query. */
export type HeldProcedure = 'calculate_discount' | 'fraud_detection' | 'validate_order';

/** What a process has in memory, in kilobytes. */
export interface ProcessMemory {
  /** Pages that are its own, because they were written. */
  readonly ownKb: number;
  /** All pages it has mapped; what several instances share counts for each of them. */
  readonly mappedKb: number;
  /** What the kernel needs to keep account of them. */
  readonly pageTablesKb: number;
}

interface MemoryCase {
  readonly language: string;
  readonly procedure: HeldProcedure;
  readonly statements: number;
  /** Of a statement: not more than it runs at once. */
  readonly rows: number;
  readonly goalKb: number;
}

const CASES: readonly MemoryCase[] = [
  {
    language: 'Rust',
    procedure: 'calculate_discount',
    statements: 100,
    rows: 10,
    goalKb: 128,
  },
  {
    language: 'JavaScript',
    procedure: 'fraud_detection',
    statements: 100,
    rows: 10,
    goalKb: 512,
  },
  {
    language: 'Python',
    procedure: 'validate_order',
    statements: 20,
    rows: 5,
    goalKb: 6144,
  },
];

const PARTS = [
  ['pages of its own', 'ownKb'],
  ['page tables', 'pageTablesKb'],
  ['all mapped, shared pages too', 'mappedKb'],
] as const;

/** The memory of a process that holds so many instances. */
function hold({ procedure, statements }: MemoryCase, rows: number): ProcessMemory {
  const script = join(import.meta.dirname, 'held-instances.ts');
  const run = spawnSync(process.execPath, [script, procedure, String(statements), String(rows)], {
    encoding: 'utf8',
    // Every statement takes a thread of Node's, which has four.
    env: { ...process.env, UV_THREADPOOL_SIZE: String(statements + 8) },
  });
  if (run.stdout === '') throw new Error(`${procedure} could not be held: ${run.stderr}`);
  return JSON.parse(run.stdout) as ProcessMemory;
}

/** Measures the memory of an instance in every language; Linux alone tells it. */
export function memoryCases({ rounds }: { rounds: number }): CaseResult[] {
  if (!existsSync('/proc/self/smaps_rollup')) {
    process.stdout.write('memory of instances: left out, /proc/self/smaps_rollup is not there\n');
    return [];
  }
  return CASES.map((of) => memoryCase(of, rounds));
}

function memoryCase(of: MemoryCase, rounds: number): CaseResult {
  // The first process may compile, which leaves memory behind that no instance needs.
  hold(of, 1);
  const differences: ProcessMemory[] = [];
  for (let round = 0; round < rounds; round++) {
    // Both run the same statements and queries: the difference is the further instances alone.
    const [few, many] = [hold(of, 1), hold(of, of.rows)];
    const further = of.statements * (of.rows - 1);
    differences.push({
      ownKb: (many.ownKb - few.ownKb) / further,
      mappedKb: (many.mappedKb - few.mappedKb) / further,
      pageTablesKb: (many.pageTablesKb - few.pageTablesKb) / further,
    });
  }
  const timings = PARTS.map(([name, part]) =>
    summarise(
      name,
      differences.map((difference) => difference[part]),
    ),
  );
  const held = of.statements * of.rows;
  const own = medianOf(timings, 'pages of its own');
  const resident = own + medianOf(timings, 'page tables');
  return {
    name: `memory of an instance, ${of.language}, ${held} held`,
    unit: 'kB an instance',
    timings,
    goal: `at most ${of.goalKb} kB resident`,
    reached: `${resident.toFixed(0)} kB, page tables included`,
  };
}

/** DuckDB's Python functions, where Python has what they need; left out elsewhere. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { CaseResult } from './measure.ts';
import { summarise } from './measure.ts';

interface PythonTimes {
  readonly version: string;
  readonly native: readonly number[];
  readonly arrow: readonly number[];
}

/** Rows a Python function gets: it is slow enough to be measured on few. */
const PYTHON_ROWS_MAX = 1_000_000;

/** Measures `a * b + c` as a Python function, row by row and over Arrow arrays. */
export function pythonCases({ rows, rounds }: { rows: number; rounds: number }): CaseResult[] {
  const count = Math.min(rows, PYTHON_ROWS_MAX);
  const script = join(import.meta.dirname, 'functions.py');
  const run = spawnSync('python3', [script, String(count), String(rounds)], { encoding: 'utf8' });
  if (run.status !== 0) {
    const reason = run.stderr?.trim().split('\n').at(-1) || 'python3 is not installed';
    process.stdout.write(
      `Python functions: left out, they need duckdb, numpy, pandas and pyarrow: ${reason}\n`,
    );
    return [];
  }
  const times = JSON.parse(run.stdout) as PythonTimes;
  return [
    {
      name: `a * b + c, BIGINT, in Python (DuckDB ${times.version})`,
      unit: 'ns a row',
      timings: [
        summarise('Python function over Arrow', times.arrow),
        summarise('Python function', times.native),
      ],
      goal: null,
      reached: null,
    },
  ];
}

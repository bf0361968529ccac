import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where `.ci/run` puts the wheels, one folder for each version. */
const WHEELS = join(import.meta.dirname, '..', '..', '.heliosdb', 'python');

/** Why a version of Python's DuckDB cannot be used here, or null. */
export function missingWheel(version: string): string | null {
  if (spawnSync('python3', ['--version']).status !== 0) return 'python3 is not installed';
  return existsSync(join(WHEELS, `duckdb-${version}`, 'duckdb'))
    ? null
    : `duckdb ${version} for Python is not installed; .ci/run installs it`;
}

/** Runs a script with one version of Python's DuckDB and returns the JSON it printed. */
export function runPython(
  version: string,
  script: string,
  ...parameters: readonly string[]
): Readonly<Record<string, unknown>> {
  const child = spawnSync('python3', [join(import.meta.dirname, script), ...parameters], {
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: join(WHEELS, `duckdb-${version}`) },
  });
  if (child.status !== 0) {
    throw new Error(`python3 ended with ${child.status ?? child.signal}: ${child.stderr}`);
  }
  return JSON.parse(child.stdout) as Record<string, unknown>;
}

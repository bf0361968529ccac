/**
 * Makes a database anew out of the tables and procedures that a replay needs: of one in memory, which
 * has no file to copy, and of one too large to copy, with a sample of its rows.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { quoteIdentifier, quoteLiteral } from '#core';
import type { Database } from '#storage';
import type { Facts, ProcedureFact, TableFact } from '../facts/facts.ts';
import { tableOf } from '../facts/facts.ts';
import { printPath } from '../rules/rule.ts';
import { parameterFor } from './calls.ts';
import type { ReplayPorts } from './ports.ts';
import { redeclare } from './redeclare.ts';
import type { CopiedDatabase } from './workspace.ts';

export interface RebuildOptions {
  readonly source: CopiedDatabase;
  /** A folder of its own, for the rows on their way. */
  readonly folder: string;
  readonly facts: Facts;
  readonly procedure: ProcedureFact;
  /** Rows kept of a table; null keeps all. */
  readonly rowsMax: number | null;
  readonly ports: ReplayPorts;
}

/** What the new database is made with. */
export interface Rebuilt {
  readonly statements: readonly string[];
  /** Tables of which a sample was taken. */
  readonly sampled: readonly string[];
}

/** Writes the rows beside, and returns the script that makes a database of them. */
export async function prepareRebuild(options: RebuildOptions): Promise<Rebuilt> {
  const { source, folder, facts, procedure, rowsMax } = options;
  const related = [procedure, ...facts.procedures.filter(({ id }) => id !== procedure.id)];
  const tables = tablesOf(facts, procedure);
  await mkdir(folder, { recursive: true });
  return await source.withConnection(async (connection) => {
    const statements: string[] = [];
    const sampled: string[] = [];
    for (const [index, table] of tables.entries()) {
      const file = quoteLiteral(join(folder, `table-${index}.parquet`));
      const filter = rowsMax === null ? null : sampleFilter(table, procedure, rowsMax);
      const name = printPath(table.schema, table.name);
      const where = filter === null ? '' : ` WHERE ${filter}`;
      await connection.run(`COPY (FROM ${name}${where}) TO ${file} (FORMAT parquet)`);
      if (filter !== null) sampled.push(table.name);
      statements.push(
        `CREATE SCHEMA IF NOT EXISTS ${printPath(table.schema)}`,
        `CREATE TABLE ${name} AS FROM ${file}`,
        ...indexesOf(table),
      );
    }
    for (const one of related) {
      if (!tablesOf(facts, one).every((table) => tables.includes(table))) continue;
      const { volatility, capabilities } = one;
      statements.push(await redeclare(connection, one, { volatility, capabilities }));
    }
    return { statements, sampled };
  });
}

/** Runs the script in a new database file. */
export async function rebuildInto(
  path: string,
  { statements }: Rebuilt,
  ports: ReplayPorts,
): Promise<Database> {
  const database = await ports.openDatabase(path);
  try {
    await database.withConnection((connection) =>
      ports.runScript(connection, `${statements.join(';\n')};`),
    );
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

function tablesOf(facts: Facts, { shapes }: ProcedureFact): TableFact[] {
  const names = shapes.flatMap(({ reads }) => reads?.tables ?? []);
  const found = names.map((name) => tableOf(facts, name)).filter((table) => table !== null);
  return [...new Set(found)];
}

/**
 * Which rows are kept: by the key, so that rows of several tables that belong together stay together,
 * and always those that the captured calls ask for. Null keeps all.
 */
function sampleFilter(
  table: TableFact,
  { parameters, samples, shapes }: ProcedureFact,
  rowsMax: number,
): string | null {
  if (table.rowCount <= rowsMax) return null;
  const asked = shapes.flatMap(({ reads }) => reads?.equalityColumns ?? []);
  const known = new Set(table.columns.map(({ name }) => name.toLowerCase()));
  const column =
    asked.find((name) => known.has(name.toLowerCase())) ??
    table.indexes[0]?.columns[0] ??
    table.columns[0]?.name ??
    'rowid';
  const key = quoteIdentifier(column);
  const share = Math.ceil(table.rowCount / rowsMax);
  const index = parameterFor(parameters, { table: table.name, column });
  const values = samples.flatMap((sample) => (index === null ? [] : (sample[index] ?? [])));
  const kept = [...new Set(values)].map(quoteLiteral);
  const isAsked = kept.length === 0 ? '' : ` OR ${key}::VARCHAR IN (${kept.join(', ')})`;
  return `hash(${key}) % ${share} = 0${isAsked}`;
}

function indexesOf({ schema, name, indexes }: TableFact): string[] {
  return indexes.map(({ name: index, columns, isUnique }) => {
    const list = columns.map(quoteIdentifier).join(', ');
    // A unique index answers the same lookups as the key that it stands for.
    const unique = isUnique ? 'UNIQUE ' : '';
    return `CREATE ${unique}INDEX ${quoteIdentifier(index)} ON ${printPath(schema, name)} (${list})`;
  });
}

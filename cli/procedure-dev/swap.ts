/** Puts what was compiled in the place of what the database has. */

import { StatementRunner } from '#agent';
import type { CreateProcedure } from '#runtime';
import { printStatement } from '#runtime';
import type { Console } from '../console.ts';
import type { OpenedDatabase } from '../open-database.ts';
import { compare } from '../procedure-folder/compare.ts';
import { askEngine } from '../render/show-rows.ts';
import { write } from '../write.ts';
import { withHeld } from './held.ts';

/** What became of one procedure in the database. */
export interface Swap {
  readonly signature: string;
  readonly action: 'create' | 'change' | 'none';
  readonly version: number;
}

/**
 * Creates procedures, adds versions to those that differ, and drops what this round's signatures
 * of `former` ones replace: a procedure with other parameters is another one.
 */
export async function swap(
  { database }: OpenedDatabase,
  console: Console,
  {
    wanted,
    former,
  }: {
    readonly wanted: readonly CreateProcedure[];
    readonly former: readonly CreateProcedure[];
  },
): Promise<readonly Swap[]> {
  const definitions: CreateProcedure[] = [];
  for (const each of wanted) definitions.push(await withHeld(database, each));
  const { changes } = await compare(database, definitions);
  const gone = former.filter(
    (old) =>
      wanted.some(({ name }) => name === old.name) &&
      !wanted.some((each) => each.name === old.name && typesOf(each) === typesOf(old)),
  );
  await using connection = await database.connect();
  const runner = new StatementRunner(
    { connection, database },
    { baseDirectory: process.cwd(), rowsMax: 1, beyond: 'count' },
  );
  const dropped = gone.map(
    ({ schema, name, parameters }) =>
      ({
        kind: 'drop_procedure',
        schema,
        name,
        parameterTypes: parameters.map(({ type }) => type),
        ifExists: true,
        cascade: false,
      }) as const,
  );
  for (const statement of [...dropped, ...changes.map((change) => change.statement)]) {
    for await (const { notices } of runner.run(printStatement(statement), console.signal)) {
      for (const notice of notices) await write(console.err, `notice: ${notice}\n`);
    }
  }
  const swaps: Swap[] = [];
  for (const procedure of wanted) {
    // A change may be of a copy of the definition; its parameters are the same ones.
    const change = changes.find(
      ({ statement }) =>
        statement.kind === 'create_procedure' && statement.parameters === procedure.parameters,
    );
    const { rows } = await askEngine(database, {
      sql: `SELECT signature, active_version::INTEGER FROM heliosdb_procedures()
        WHERE lower(name) = lower($1) AND ($2 = '' OR lower(schema_name) = lower($2))
        ORDER BY json_array_length(parameters) = ${procedure.parameters.length} DESC LIMIT 1`,
      parameters: [procedure.name, procedure.schema ?? ''],
    });
    const [signature, version] = rows[0] ?? [procedure.name, 0];
    const action = change === undefined || change.action === 'drop' ? 'none' : change.action;
    swaps.push({ signature: String(signature), action, version: Number(version) });
  }
  return swaps;
}

function typesOf({ parameters }: CreateProcedure): string {
  return parameters.map(({ type }) => type).join();
}

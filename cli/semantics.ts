import { stat } from 'node:fs/promises';
import { loadSemantics } from '#agent';
import type { CatalogSnapshot } from '#planner';
import { applySemantics } from '#planner';
import type { Arguments } from './usage/command.ts';

export interface SemanticsPlace {
  readonly args: Arguments;
  /** The database's file. */
  readonly path: string;
}

/** Where the semantic model of a database lies when nobody says: `sales.semantics.yaml` beside it. */
export function semanticsBeside(path: string): string {
  return `${path.replace(/\.(duckdb|db)$/i, '')}.semantics.yaml`;
}

/** The file that `--semantics` names, else the one beside the database, else null. */
export async function semanticsFile({ args, path }: SemanticsPlace): Promise<string | null> {
  const named = args.text('semantics');
  if (named !== undefined) return named;
  const beside = semanticsBeside(path);
  const isThere = await stat(beside).then(
    (entry) => entry.isFile(),
    () => false,
  );
  return isThere ? beside : null;
}

/** A snapshot with the semantic model that goes with the database, where there is one. */
export async function applySemanticsOf(
  catalog: CatalogSnapshot,
  place: SemanticsPlace,
): Promise<CatalogSnapshot> {
  const file = await semanticsFile(place);
  return file === null ? catalog : applySemantics(catalog, await loadSemantics(file, catalog));
}

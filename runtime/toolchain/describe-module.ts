/** Writes into a module what its source says of its procedures. */

import { readFile, writeFile } from 'node:fs/promises';
import type { Section } from './wasm-binary.ts';
import { ByteWriter, joinModule, SECTION, splitModule } from './wasm-binary.ts';
import type { ProcedureSignature } from './wasm-module.ts';
import { DESCRIPTION_SECTION } from './wasm-module.ts';

/** The section that carries the description. */
export function descriptionSection(procedures: readonly ProcedureSignature[]): Section {
  const lines = procedures.map((procedure) => `${JSON.stringify(procedure)}\n`).join('');
  const body = new ByteWriter().name(DESCRIPTION_SECTION).bytes(new TextEncoder().encode(lines));
  return { id: SECTION.custom, body: body.finish() };
}

/** Adds the description to a module made by a compiler that writes no sections of its own. */
export async function describeModule(
  path: string,
  procedures: readonly ProcedureSignature[],
): Promise<void> {
  const sections = splitModule(await readFile(path));
  await writeFile(path, joinModule([...sections, descriptionSection(procedures)]));
}

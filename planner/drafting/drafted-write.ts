import type { CatalogSnapshot } from '../catalog.ts';
import { quoteText } from '../compile/sql.ts';
import type { Task, Write } from '../plan.ts';
import type { WriteInput } from '../writes/plan-write.ts';
import { asksForWrite } from '../writes/plan-write.ts';
import { printWrite } from '../writes/print-write.ts';
import type { DraftTask } from './draft.ts';
import { findProcedure } from './find-procedure.ts';

/**
 * The change that a model drafted, or what is wrong with it. Only a question whose own words ask for
 * a change leads to one: whatever else made the model think of it, it is not even shown.
 */
export function draftedWrite(
  item: DraftTask,
  { id, title, ...input }: WriteInput & { readonly id: string; readonly title: string },
): Task | string {
  if (!asksForWrite(input)) return 'the question asks for no change; draft a SELECT, or refuse';
  const { catalog } = input;
  const drafted = item.write;
  if (drafted === null) return 'a task of kind write needs the change in "write"';
  const write = drafted.operation === 'call' ? call(item, catalog) : rows(drafted, catalog);
  if (typeof write === 'string') return write;
  return { kind: 'write', id, title, dependsOn: [], sql: printWrite(write), columns: [], write };
}

function rows(
  { operation, table, set, where }: NonNullable<DraftTask['write']>,
  catalog: CatalogSnapshot,
): Write | string {
  const target = findTable(table ?? '', catalog);
  if (target === null) return `there is no table ${table ?? ''} to change`;
  const condition = (where ?? '').trim() || null;
  const place = { schema: target.schema, table: target.name };
  const assignments: { column: string; expression: string }[] = [];
  for (const { column, expression } of set ?? []) {
    const name = column.replace(/^.*\./, '').replaceAll('"', '');
    const known = target.columns.find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (known === undefined) return `${target.name} has no column ${column}`;
    assignments.push({ column: known.name, expression: expression.trim() });
  }
  if (operation === 'delete') return { operation, target: place, condition };
  if (assignments.length === 0) return `${operation} needs columns with their expressions in "set"`;
  if (operation === 'update') return { operation, target: place, assignments, condition };
  return {
    operation: 'insert',
    target: place,
    columns: assignments.map(({ column }) => column),
    rows: [assignments.map(({ expression }) => expression)],
  };
}

function call(item: DraftTask, catalog: CatalogSnapshot): Write | string {
  const procedure = findProcedure(item.procedure ?? '', catalog);
  if (procedure?.writes === undefined)
    return `there is no procedure ${item.procedure ?? ''} that writes`;
  const given: { parameter: string; expression: string }[] = [];
  for (const { name, type, hasDefault } of procedure.parameters) {
    const argument = item.arguments?.find(
      ({ parameter }) => parameter.toLowerCase() === name.toLowerCase(),
    );
    if (argument === undefined && hasDefault) continue;
    const value = argument?.value ?? null;
    if (value === null) return `${procedure.name} needs a constant for ${name} ${type}`;
    const expression = typeof value === 'string' ? quoteText(value) : String(value);
    given.push({ parameter: name, expression });
  }
  return {
    operation: 'call',
    procedure: { schema: procedure.schema, name: procedure.name },
    arguments: given,
    writes: [...procedure.writes],
  };
}

function findTable(name: string, { tables }: CatalogSnapshot) {
  const wanted = name.replaceAll('"', '').trim().toLowerCase();
  const changeable = tables.filter(({ kind }) => kind === 'table');
  return (
    changeable.find(({ schema, name: own }) => `${schema}.${own}`.toLowerCase() === wanted) ??
    changeable.find(({ name: own }) => own.toLowerCase() === wanted) ??
    null
  );
}

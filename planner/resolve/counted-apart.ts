import type { TableModel } from '../grounding/schema-model.ts';
import type { Condition } from '../parse/frame.ts';
import type { Predicate } from '../query/logical.ts';
import { notIn } from './absence.ts';
import type { Assignment } from './assign.ts';
import type { PredicateOptions } from './predicate-parts.ts';
import { isAboutGroups, negate } from './predicate-parts.ts';
import type { Choice } from './slots.ts';

type Choices = ReadonlyMap<object, Choice>;

/**
 * Conditions whose rows are counted in a query of their own. "More than 8 stops or more than 5
 * results": each alternative counts other rows. "More than 2 orders and more than 3 addresses":
 * joined, every order would be counted once for each address.
 */
export function countedApart(
  conditions: readonly Condition[],
  choices: Choices,
): ReadonlySet<Condition> {
  const counted = conditions.filter((item) => isCountOf(item, choices));
  const tables = new Set(counted.map((item) => countedTable(item, choices)));
  const alternatives = conditions.flatMap((item) =>
    item.kind === 'or' ? item.conditions.filter((inner) => isAboutGroups(inner, choices)) : [],
  );
  return new Set([...(tables.size > 1 ? counted : []), ...alternatives]);
}

/** Tables of a reading without those that only a count of its own asks about. */
export function tablesLeft(
  { tables, choices }: Assignment,
  apart: ReadonlySet<Condition>,
  subject: TableModel | null,
): readonly TableModel[] {
  if (apart.size === 0 || subject === null) return tables;
  const subjects = new Set([...apart].map((item) => countedBy(item)));
  const others = [...choices].filter(([of]) => !subjects.has(of)).map(([, { table }]) => table);
  return tables.filter((table) => table === subject || others.includes(table));
}

/** That the subject's row has as many related rows as the condition says; null where none relates. */
export function countApart(
  condition: Condition,
  counted: Predicate,
  options: PredicateOptions,
): Predicate | null {
  const { subject, context, choices } = options;
  const table = countedTable(condition, choices);
  if (subject === null || table === null || table === subject) return null;
  const inner = { where: [], having: [counted] };
  const absent = notIn({ anchor: subject, needed: [table], inner, context });
  return absent?.kind === 'inQuery' ? negate(absent) : null;
}

function isCountOf(condition: Condition, choices: Choices): boolean {
  return isAboutGroups(condition, choices) && countedTable(condition, choices) !== null;
}

function countedBy(condition: Condition): object {
  return 'mention' in condition && condition.mention !== null ? condition.mention : condition;
}

function countedTable(condition: Condition, choices: Choices): TableModel | null {
  return choices.get(countedBy(condition))?.table ?? null;
}

import { lemma } from '../language/lemma.ts';
import type { NameCandidate } from './name-index.ts';
import type { ColumnModel, SchemaModel } from './schema-model.ts';

/** A column that says whether a row is in some state: true or false, 1 or 0, or a date once it is. */
export function isStateColumn(model: ColumnModel): boolean {
  const { kind, column } = model;
  const isDated = kind === 'date' || kind === 'timestamp';
  return kind === 'boolean' || isFlag(model) || (isDated && (column.nullCount ?? 0) > 0);
}

/** Whether 1 and 0 stand for true and false: `is_open`, `has_parking`. */
export function isFlag({ kind, column: { name, minimum, maximum } }: ColumnModel): boolean {
  return (
    kind === 'number' &&
    /^(?:is|has|was)(?:_|[A-Z])/.test(name) &&
    minimum === '0' &&
    maximum === '1'
  );
}

/** The word without the prefix that denies it: "active" of "inactive", "paid" of "unpaid". */
function affirmed(word: string): string | null {
  const base = /^(?:in|un|non-?|dis)(\p{L}{3,})$/iu.exec(word)?.[1];
  return base?.toLowerCase() ?? null;
}

/** State columns that a word with a denying prefix is about, as `is_active` for "inactive". */
export function deniedStates(word: string, { names }: SchemaModel): readonly NameCandidate[] {
  const base = affirmed(word);
  if (base === null) return [];
  return names
    .find([lemma(base)])
    .filter(
      (name) =>
        name.kind === 'column' && isStateColumn(name.column) && deniesState(word, name.column),
    );
}

/** Whether the word says that the column's state is not so. */
export function deniesState(word: string, { words }: ColumnModel): boolean {
  const base = affirmed(word);
  return base !== null && !words.includes(lemma(word)) && words.includes(lemma(base));
}

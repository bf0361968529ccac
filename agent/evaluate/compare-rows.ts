import type { JsonValue } from '../answer/answer.ts';

type Row = readonly JsonValue[];

export interface Comparison {
  /** The same columns in any order, the same rows, and their order where it matters. */
  readonly isStrict: boolean;
  /** Every expected column is there, whatever stands beside it; rows as sets, rounded. */
  readonly isLenient: boolean;
}

/** Orders of columns that are tried before two results count as different. */
const PERMUTATIONS_MAX = 3_000;

/** Compares the rows of an answer with those that are right. */
export function compareRows(
  expected: readonly Row[],
  given: readonly Row[],
  { isOrdered }: { readonly isOrdered: boolean },
): Comparison {
  const isStrict = isStrictMatch(expected, given, isOrdered);
  return { isStrict, isLenient: isStrict || isLenientMatch(expected, given) };
}

function isStrictMatch(
  expected: readonly Row[],
  given: readonly Row[],
  isOrdered: boolean,
): boolean {
  if (expected.length !== given.length) return false;
  if (expected.length === 0) return true;
  if (expected[0]?.length !== given[0]?.length) return false;
  return someMapping(texts(expected, 7), texts(given, 7), (wanted, found) =>
    isOrdered ? sameItems(wanted, found) : sameItems(wanted.toSorted(), found.toSorted()),
  );
}

function isLenientMatch(expected: readonly Row[], given: readonly Row[]): boolean {
  if (expected.length === 0 || given.length === 0) return expected.length === given.length;
  return someMapping(texts(expected, null), texts(given, null), (wanted, found) =>
    sameItems([...new Set(wanted)].sort(), [...new Set(found)].sort()),
  );
}

/** Whether some choice of the given columns, one for each expected one, satisfies the judge. */
function someMapping(
  wanted: readonly (readonly string[])[],
  found: readonly (readonly string[])[],
  judge: (wanted: readonly string[], found: readonly string[]) => boolean,
): boolean {
  const width = wanted[0]?.length ?? 0;
  const foundWidth = found[0]?.length ?? 0;
  const valuesOf = (rows: readonly (readonly string[])[], index: number) =>
    [...new Set(rows.map((row) => row[index] ?? ''))].sort();
  const foundValues = Array.from({ length: foundWidth }, (_, index) => valuesOf(found, index));
  const candidates = Array.from({ length: width }, (_, index) => {
    const values = valuesOf(wanted, index);
    const same = foundValues.flatMap((own, at) => (sameItems(own, values) ? [at] : []));
    // The same position is the likeliest.
    return same.sort((a, b) => Number(b === index) - Number(a === index) || a - b);
  });
  const wantedLines = wanted.map((row) => row.join('\u0000'));
  let steps = 0;
  const visit = (chosen: readonly number[]): boolean => {
    steps += 1;
    if (steps > PERMUTATIONS_MAX) return false;
    if (chosen.length === width) {
      const lines = found.map((row) => chosen.map((index) => row[index] ?? '').join('\u0000'));
      return judge(wantedLines, lines);
    }
    return (candidates[chosen.length] ?? []).some(
      (index) => !chosen.includes(index) && visit([...chosen, index]),
    );
  };
  return visit([]);
}

function sameItems(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

/** Values as texts that are equal when the values are; null digits round to two decimals. */
function texts(rows: readonly Row[], digits: number | null): readonly (readonly string[])[] {
  return rows.map((row) => row.map((value) => textOf(value, digits)));
}

function textOf(value: JsonValue, digits: number | null): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return numberText(value ? 1 : 0, digits);
  if (typeof value === 'number') return numberText(value, digits);
  if (typeof value === 'object') return JSON.stringify(value);
  const text = value.trim();
  if (/^[+-]?\d+(\.\d+)?$/.test(text) && text.length < 30) return numberText(Number(text), digits);
  return `"${text.replace(/[T ]00:00:00(\.0+)?(Z|[+-]00(:?00)?)?$/, '').replace('T', ' ')}"`;
}

function numberText(value: number, digits: number | null): string {
  const rounded =
    digits === null ? Math.round(value * 100) / 100 : Number(value.toPrecision(digits));
  return String(rounded === 0 ? 0 : rounded);
}

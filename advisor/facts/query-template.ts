/** Queries with holes in them, where their arguments stood. */
import type { EqualityArgument } from './query-reads.ts';

export interface Template {
  /** The query with something else for each argument. */
  fill(argument: (parameterIndex: number) => string): string;
}

/** A stretch of the text, and the number of the argument that goes there. */
export interface Hole {
  readonly start: number;
  readonly length: number;
  readonly index: number;
}

/** `?` and `$1` outside of quotes. */
export function boundParameters(sql: string): Hole[] {
  const holes: Hole[] = [];
  let next = 0;
  for (const match of sql.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|\?|\$(\d+)/g)) {
    if (/^['"]/.test(match[0])) continue;
    const index = match[1] === undefined ? next++ : Number(match[1]) - 1;
    holes.push({ start: match.index, length: match[0].length, index });
  }
  return holes;
}

/** The query with something to be put into each hole. */
export function cutOut(sql: string, holes: readonly Hole[]): Template {
  const sorted = [...holes].sort((left, right) => left.start - right.start);
  return {
    fill(argument) {
      let text = '';
      let from = 0;
      for (const { start, length, index } of sorted) {
        text += sql.slice(from, start) + argument(index);
        from = start + length;
      }
      return text + sql.slice(from);
    },
  };
}

/** Characters of the literal that begins there; 0 when none does. */
function literalLength(sql: string, start: number): number {
  return /^('(?:[^']|'')*'|-?[0-9.]+)/.exec(sql.slice(start))?.[0].length ?? 0;
}

/** A hole with the column that its argument is compared with. */
export interface KeyHole extends Hole {
  readonly column: string;
}

/** The arguments of a query that columns are compared with by `=`, in the order of the text. */
export function keyHoles(sql: string, given: readonly EqualityArgument[]): KeyHole[] {
  const bytes = Buffer.from(sql);
  const bound = boundParameters(sql);
  const holes = given.flatMap(({ column, offset, parameter }) => {
    if (offset === null) {
      return bound
        .filter(({ index }) => index + 1 === parameter)
        .map(({ start, length }) => ({ column, start, length }));
    }
    const start = bytes.subarray(0, offset).toString().length;
    return [{ column, start, length: literalLength(sql, start) }];
  });
  return holes
    .filter(({ length }) => length > 0)
    .sort((left, right) => left.start - right.start)
    .map((hole, index) => ({ ...hole, index }));
}

/** The words of our statements, and those that DuckDB does not accept as a name. */

/** DuckDB's reserved words (`duckdb_keywords()`): as a name they need double quotes. */
const RESERVED: ReadonlySet<string> = new Set(
  `ALL ANALYSE ANALYZE AND ANY ARRAY AS ASC ASYMMETRIC BOTH CASE CAST CHECK COLLATE COLUMN
  CONSTRAINT CREATE DEFAULT DEFERRABLE DESC DESCRIBE DISTINCT DO ELSE END EXCEPT FALSE FETCH FOR
  FOREIGN FROM GROUP HAVING IN INITIALLY INTERSECT INTO LAMBDA LATERAL LEADING LIMIT NOT NULL
  OFFSET ON ONLY OR ORDER PIVOT PIVOT_LONGER PIVOT_WIDER PLACING PRIMARY QUALIFY REFERENCES
  RETURNING SELECT SHOW SOME SUMMARIZE SYMMETRIC TABLE THEN TO TRAILING TRUE UNION UNIQUE UNPIVOT
  USING VARIADIC WHEN WHERE WINDOW WITH`.split(/\s+/),
);

/** Whether an unquoted word is refused as a name. */
export function isReserved(word: string): boolean {
  return RESERVED.has(word.toUpperCase());
}

const TYPING_DISTANCE_MAX = 2;

/** The expected word that `word` most likely meant, or null when none is near. */
export function nearestWord(word: string, expected: readonly string[]): string | null {
  // Longer words than any keyword cannot be near one, and need not be compared.
  if (word.length > 32) return null;
  const upper = word.toUpperCase();
  let nearest: string | null = null;
  let best = Math.min(TYPING_DISTANCE_MAX, Math.floor(word.length / 2)) + 1;
  for (const candidate of expected) {
    const distance = typingDistance(upper, candidate);
    if (distance < best) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

/** Insertions, deletions, replacements and swaps of neighbours that separate two words. */
function typingDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const isSame = left[row - 1] === right[column - 1];
      let cost = Math.min(
        (last[column] as number) + 1,
        (current[column - 1] as number) + 1,
        (last[column - 1] as number) + (isSame ? 0 : 1),
      );
      const isSwap = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (isSwap && row > 1 && column > 1) {
        cost = Math.min(cost, (beforeLast[column - 2] as number) + 1);
      }
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[right.length] as number;
}

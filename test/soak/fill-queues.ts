import type { Connection } from '#storage';

/** Joins whose hash tables take and free some forty blocks each. */
const FILLING_JOINS = 20;
/** After so many, further ones added nothing. */
const FILLING_STATEMENTS = 800;

/**
 * Lets DuckDB reach the size that it keeps. It has an entry for every block of memory that it
 * freed until a queue has 32 768 of them, and then clears them out: whatever is measured before
 * would be measured with that.
 */
export async function fillQueues(connection: Connection): Promise<void> {
  const joined = (index: number): string =>
    `SELECT a.i FROM range(3000) a(i) JOIN range(2000) b(i) ON a.i = b.i + ${index}`;
  const joins = Array.from({ length: FILLING_JOINS }, (_, index) => joined(index)).join(
    ' UNION ALL ',
  );
  for (let number = 0; number < FILLING_STATEMENTS; number += 1) {
    await connection.query(`SELECT count(*) FROM (${joins})`);
  }
}

/** What running a reading under a limit of rows showed; comparable between readings. */
export interface Probe {
  /** At most `probeRowsMax`. */
  readonly rowCount: number;
  /** Equal for equal sets of rows; null when there were more rows than the limit. */
  readonly digest: string | null;
  readonly isAllNull: boolean;
  /** One row that only says zero. */
  readonly isZero: boolean;
  readonly hasDuplicates: boolean;
}

/** Rows of a result as a driver gave them. */
export type ProbedRows = readonly (readonly unknown[])[];

/** Rows of a reading that are looked at; one more is asked for, to know that there are more. */
export const probeRowsMax = 1_000;

/** Digests rows for comparison; the order of rows and the last digits of numbers do not count. */
export function summarizeRows(rows: ProbedRows): Probe {
  const isCut = rows.length > probeRowsMax;
  const texts = (isCut ? [] : rows).map((row) => row.map(cellText).join('\u0001'));
  const [only] = rows;
  return {
    rowCount: Math.min(rows.length, probeRowsMax),
    digest: isCut ? null : texts.sort().join('\u0002'),
    isAllNull: rows.length > 0 && rows.every((row) => row.every((value) => value == null)),
    isZero: rows.length === 1 && only?.length === 1 && isZero(only[0]),
    hasDuplicates: new Set(texts).size < texts.length,
  };
}

function cellText(value: unknown): string {
  if (value == null) return '\u0000';
  const number = typeof value === 'number' ? value : Number.NaN;
  // Sums of parallel scans differ in their last digits.
  return Number.isFinite(number) ? String(Number(number.toPrecision(7))) : String(value);
}

/** A "no" is an answer; a count of nothing hints at a misreading. */
function isZero(value: unknown): boolean {
  return typeof value !== 'boolean' && Number(value ?? 1) === 0;
}

/**
 * Reproducible draws inside SQL: a value depends on a label and a row number alone, so neither
 * threads, DuckDB's version, nor the order of rows can change it. DuckDB's own `hash()` and
 * `random()` promise none of that, and only exactly rounded arithmetic is used on the draws
 * (no logarithms or sines, whose last bit differs between C libraries).
 */

/** The SQL that must run once on a connection before any draw; everything it makes is temporary. */
export const DRAW_MACROS: readonly string[] = [
  // Rounds of a 32-bit integer mixer. The products stay below 2^59, so BIGINT never overflows.
  `CREATE OR REPLACE TEMP MACRO shop_mix(x) AS (xor(x, x >> 16) * 73244475) & 4294967295`,
  `CREATE OR REPLACE TEMP MACRO shop_draw(label, n) AS
     shop_mix(shop_mix((n::BIGINT * 2654435769 + label::BIGINT) & 4294967295)) / 4294967296.0::DOUBLE`,
];

/** SQL for a DOUBLE in [0, 1) that belongs to `label` and the integer expression `row`. */
export function draw(label: string, row: string): string {
  return `shop_draw(${fnv1a(label)}, ${row})`;
}

/** SQL for an INTEGER from 0 below `count`; small ones are likelier. */
export function skewedIndex(count: string, label: string, row: string): string {
  const u = draw(label, row);
  return `floor(${u} * (0.35 + 0.65 * ${u}) * ${count})::INTEGER`;
}

/**
 * SQL for a heavy-tailed factor with a median near 0.41 and a mean near 0.9: most rows get
 * little, a few get a lot, at most `most`.
 */
export function heavyTail(label: string, row: string, most: number): string {
  return `least(1 / sqrt(1 - ${draw(label, row)}) - 1, ${most})`;
}

/** SQL that picks by cumulative share: `choose(u, [['a', 0.7], ['b', 1]])`. */
export function choose(
  u: string,
  shares: readonly (readonly [sql: string, upTo: number])[],
): string {
  const [last] = shares.at(-1) ?? [];
  if (last === undefined) throw new RangeError('choose needs at least one share');
  const branches = shares.slice(0, -1).map(([sql, upTo]) => `WHEN ${u} < ${upTo} THEN ${sql}`);
  return branches.length === 0 ? last : `CASE ${branches.join(' ')} ELSE ${last} END`;
}

/** A quoted SQL string. */
export function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** A SQL list of strings. */
export function textList(values: readonly string[]): string {
  return `[${values.map(text).join(', ')}]`;
}

function fnv1a(label: string): number {
  let hash = 2166136261;
  for (const byte of new TextEncoder().encode(label)) {
    hash = Math.imul(hash ^ byte, 16777619) >>> 0;
  }
  return hash;
}

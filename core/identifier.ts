/** The words DuckDB does not take as a bare name (categories reserved and type_function). */
const RESERVED: ReadonlySet<string> = new Set(
  `all analyse analyze and anti any array as asc asof asymmetric at authorization binary both by case
  cast check collate collation column columns concurrently constraint create cross default deferrable
  desc describe distinct do else end except false fetch for foreign freeze from full generated glob
  group having ilike in initially inner intersect into is isnull join lambda lateral leading left like
  limit map natural not notnull null offset on only or order outer overlaps pivot pivot_longer
  pivot_wider placing positional primary qualify references returning right select semi show similar
  some struct summarize symmetric table tablesample then to trailing true try_cast union unique unpack
  unpivot using variadic verbose when where window with`.split(/\s+/),
);

/** A name as an SQL identifier, always quoted. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A name as an SQL identifier, quoted only where DuckDB needs it: the form for people. */
export function printIdentifier(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.has(name) ? name : quoteIdentifier(name);
}

/** The names in a qualified name as SQL prints it: `shop.main."order items"` has three. */
export function namesIn(qualified: string): readonly string[] {
  const parts = qualified.match(/"(?:[^"]|"")*"|[^."]+/g) ?? [];
  return parts.map((part) =>
    part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part,
  );
}

/** A text as an SQL string literal. */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

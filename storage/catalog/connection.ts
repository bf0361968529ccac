/** What the catalog reader needs of a connection; `Connection` of this folder satisfies it. */
export interface CatalogConnection {
  query(sql: string, parameters?: readonly never[]): Promise<CatalogRows>;
}

export interface CatalogRows {
  readonly rows: readonly (readonly unknown[])[];
}

/** Quotes an identifier for DuckDB. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Quotes a string literal for DuckDB. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * Runs a query whose single column is JSON text and returns the parsed cells.
 * JSON keeps the reader independent of how a driver represents lists and structs.
 */
export async function queryJson<T>(
  connection: CatalogConnection,
  sql: string,
): Promise<readonly T[]> {
  const { rows } = await connection.query(sql);
  return rows.map((row) => JSON.parse(String(row[0])) as T);
}

const AGGREGATES: Readonly<Record<string, string>> = {
  count: 'count of',
  sum: 'sum of',
  avg: 'average',
  min: 'lowest',
  max: 'highest',
};

const AGGREGATED = /^(count_star\(\)|(count|sum|avg|min|max)\(.+\))$/is;

/**
 * A column's name as words: `order_total` and `orderTotal` become "order total". A name that DuckDB
 * made of an aggregate, such as `sum(total)`, reads as what it computes.
 */
export function humanizeName(name: string): string {
  if (/^count(_star)?\(\*?\)$/.test(name)) return 'count';
  if (name === 'avg') return 'average';
  const [, aggregate = '', distinct, operand = ''] =
    /^(count|sum|avg|min|max)\((DISTINCT )?"?([\p{L}\p{N}_. ]+)"?\)$/iu.exec(name) ?? [];
  const prefix = AGGREGATES[aggregate.toLowerCase()];
  if (prefix === undefined) return splitName(name);
  const column = splitName(operand.slice(operand.lastIndexOf('.') + 1));
  return `${prefix} ${distinct === undefined ? '' : 'distinct '}${column}`;
}

function splitName(name: string): string {
  const words = name
    .replaceAll(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .replaceAll('_', ' ')
    .trim();
  return /^[\p{Lu}\d ]+$/u.test(words) ? words : words.replaceAll(/\p{Lu}(?=\p{Ll})/gu, lower);
}

/**
 * Gives columns that DuckDB named after an aggregate, such as `count_star()` or `avg(orders.total)`,
 * a heading in words. Names of stored columns, and whatever a statement named itself, stay.
 */
export function withHeadings<C extends { readonly name: string }>(columns: readonly C[]): C[] {
  const headings = columns.map(({ name }) => (AGGREGATED.test(name) ? humanizeName(name) : name));
  return columns.map((column, index) => {
    const name = headings[index] ?? column.name;
    // Averages of one name from two tables: only the whole expression tells them apart.
    const isUnique = headings.indexOf(name) === headings.lastIndexOf(name);
    return isUnique ? { ...column, name } : column;
  });
}

/** Whether numbers of this column name something, rather than count or measure it. */
export function isIdentifierName(name: string): boolean {
  if (/^(count of|sum of|average) /.test(name)) return false;
  return /(^|[_ ])(id|key|code|year|zip|number|no|phone)$/i.test(name) || /[a-z]Id$/.test(name);
}

function lower(text: string): string {
  return text.toLowerCase();
}

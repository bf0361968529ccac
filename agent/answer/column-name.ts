const AGGREGATES: Readonly<Record<string, string>> = {
  count: 'count of',
  sum: 'sum of',
  avg: 'average',
  min: 'lowest',
  max: 'highest',
};

/**
 * A column's name as words: `order_total` and `orderTotal` become "order total". A name that DuckDB
 * made of an aggregate, such as `sum(total)`, reads as what it computes.
 */
export function humanizeName(name: string): string {
  if (/^count(_star)?\(\*?\)$/.test(name)) return 'count';
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

/** Whether numbers of this column name something, rather than count or measure it. */
export function isIdentifierName(name: string): boolean {
  return /(^|[_ ])(id|key|code|year|zip|number|no|phone)$/i.test(name) || /[a-z]Id$/.test(name);
}

function lower(text: string): string {
  return text.toLowerCase();
}

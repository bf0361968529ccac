export interface SqlToken {
  readonly kind: 'keyword' | 'string' | 'number' | 'name' | 'comment' | 'other';
  readonly text: string;
}

const KEYWORDS = new Set(
  `all and any as asc between by case cast create cross delete desc distinct else end except exists
  extract false filter first following for from full group having ilike in inner insert intersect
  interval into is join last lateral left like limit macro materialized not null nulls offset on or
  order outer over partition preceding procedure qualify recursive replace returns right rows
  select semi anti set table then true try_cast unbounded union unnest update using values when where
  window with`.split(/\s+/),
);

const TOKEN =
  /(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|('(?:[^']|'')*(?:'|$))|("(?:[^"]|"")*(?:"|$))|(\d+(?:\.\d+)?(?:e[+-]?\d+)?)|([\p{L}_][\p{L}\p{N}_$]*)|(\s+|[\s\S])/giu;

/** Cuts SQL into pieces to colour; together they are the text, whatever it is. */
export function toSqlTokens(sql: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  for (const [text, comment, string, quoted, number, word] of sql.matchAll(TOKEN)) {
    const kind = kindOf({ comment, string, quoted, number, word });
    const last = tokens.at(-1);
    if (kind === 'other' && last?.kind === 'other') {
      tokens[tokens.length - 1] = { kind, text: last.text + text };
    } else {
      tokens.push({ kind, text });
    }
  }
  return tokens;
}

function kindOf(groups: Readonly<Record<string, string | undefined>>): SqlToken['kind'] {
  if (groups.comment !== undefined) return 'comment';
  if (groups.string !== undefined) return 'string';
  if (groups.quoted !== undefined) return 'name';
  if (groups.number !== undefined) return 'number';
  const { word } = groups;
  return word !== undefined && KEYWORDS.has(word.toLowerCase()) ? 'keyword' : 'other';
}

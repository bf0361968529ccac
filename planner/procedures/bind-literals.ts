import type { CatalogParameter, CatalogProcedure } from '../catalog.ts';
import { quoteText } from '../compile/sql.ts';
import { splitName } from '../language/names.ts';
import type { Token } from '../language/tokenize.ts';

const GLUE = /^(for|with|of|by|and|to|from|on|in|at|the|a|an|as|please|procedure|is|are|if|what)$/;

/** A value for a parameter, as SQL. */
export interface LiteralArgument {
  readonly parameter: string;
  readonly expression: string;
}

/**
 * Gives values to parameters, by their names where those are said, else in order; what is wrong with
 * them where they do not fit.
 */
export function bindLiterals(
  procedure: CatalogProcedure,
  tokens: readonly Token[],
): LiteralArgument[] | string {
  const values = new Map<string, string>();
  let named: CatalogParameter | null = null;
  for (const [index, token] of tokens.entries()) {
    const isNegative = tokens[index - 1]?.text === '-' && token.kind === 'number';
    if (token.kind === 'punctuation') {
      if (!/^[(),=:;-]$/.test(token.text)) return `"${token.text}" has no place in it`;
      continue;
    }
    const open: CatalogParameter[] = procedure.parameters.filter(({ name }) => !values.has(name));
    const target: CatalogParameter | undefined = named ?? open[0];
    if (token.kind === 'word' && token.number === null) {
      const meant = open.find((parameter) => answersTo(parameter, token));
      if (meant !== undefined) {
        named = meant;
        continue;
      }
      if (GLUE.test(token.lower)) continue;
    }
    if (target === undefined) return `"${token.text}" is one value too many`;
    const expression = literal(token, target, isNegative);
    if (expression === null) return `"${token.text}" is no ${target.type} for ${target.name}`;
    values.set(target.name, expression);
    named = null;
  }
  const missing = procedure.parameters.filter(
    ({ name, hasDefault }) => !values.has(name) && !hasDefault,
  );
  if (missing.length > 0) return `${missing.map(({ name }) => name).join(', ')} is missing`;
  return procedure.parameters.flatMap(({ name }) => {
    const expression = values.get(name);
    return expression === undefined ? [] : [{ parameter: name, expression }];
  });
}

/** "product" and "product_id" both say parameter product_id. */
function answersTo({ name }: CatalogParameter, token: Token): boolean {
  if (token.lower === name.toLowerCase()) return true;
  const words = splitName(name);
  return token.lower !== 'id' && words.includes(token.lemma);
}

function literal(token: Token, { type }: CatalogParameter, isNegative: boolean): string | null {
  const isNumber = /INT|DECIMAL|NUMERIC|DOUBLE|FLOAT|REAL/.test(type);
  if (isNumber) {
    if (token.number === null) return null;
    return isNegative ? `-${token.number}` : String(token.number);
  }
  if (/^BOOL/.test(type)) return /^(true|false)$/.test(token.lower) ? token.lower : null;
  return quoteText(token.text);
}

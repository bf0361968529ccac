import type { CatalogParameter, CatalogProcedure } from '../catalog.ts';
import { quoteText } from '../compile/sql.ts';
import { splitName } from '../language/names.ts';
import type { Token } from '../language/tokenize.ts';
import { tokenize } from '../language/tokenize.ts';
import type { WriteContext, WriteVerdict } from './plan-write.ts';
import type { WriteForm } from './read-write-request.ts';

const GLUE = /^(for|with|of|by|and|to|from|on|in|at|the|a|an|as|is|please|procedure)$/;

/** Reads a call of a procedure that writes: "restock product 3 with 5", "call restock(3, 5)". */
export function readCall(
  { call, isAsked }: Extract<WriteForm, { kind: 'call' }>,
  { model }: WriteContext,
): WriteVerdict | null {
  const tokens = tokenize(call);
  const named = model.catalog.procedures
    .filter(({ writes }) => writes !== undefined)
    .map((procedure) => ({ procedure, length: nameLength(procedure, tokens) }))
    .filter(({ length }) => length > 0)
    .sort((a, b) => b.length - a.length)[0];
  if (named === undefined) return null;
  const { procedure } = named;
  const signature = procedure.parameters.map(({ name, type }) => `${name} ${type}`).join(', ');
  const bound = bind(procedure, tokens.slice(named.length));
  if (typeof bound === 'string') {
    return {
      status: 'not-understood',
      reason: `${procedure.name}(${signature}) cannot be called like that: ${bound}.`,
      unknownWords: [],
      suggestions: [],
      isCertain: isAsked,
    };
  }
  const writes = [...(procedure.writes ?? [])];
  return {
    status: 'understood',
    reading: {
      write: {
        operation: 'call',
        procedure: { schema: procedure.schema, name: procedure.name },
        arguments: bound,
        writes,
      },
      label: `call ${procedure.name}`,
      assumptions: [],
      grounding: [
        {
          text: tokens
            .slice(0, named.length)
            .map((token) => token.text)
            .join(' '),
          meaning: procedure.name,
        },
      ],
    },
  };
}

/** How many tokens at the beginning are the procedure's name; 0 for none. */
function nameLength({ name, schema }: CatalogProcedure, tokens: readonly Token[]): number {
  const lower = name.toLowerCase();
  const [first] = tokens;
  if (first?.lower === lower || first?.lower === `${schema}.${name}`.toLowerCase()) return 1;
  const words = splitName(name);
  const isSpoken =
    words.length > 1 &&
    words.every((word, index) => tokens[index]?.lemma === word || tokens[index]?.lower === word);
  return isSpoken ? words.length : 0;
}

interface Argument {
  readonly parameter: string;
  readonly expression: string;
}

/** Gives values to parameters, by their names where those are said, else in order. */
function bind(procedure: CatalogProcedure, tokens: readonly Token[]): Argument[] | string {
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

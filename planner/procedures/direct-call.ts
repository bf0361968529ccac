import type { CatalogProcedure, CatalogSnapshot } from '../catalog.ts';
import { quoteName } from '../compile/sql.ts';
import { splitName } from '../language/names.ts';
import type { Token } from '../language/tokenize.ts';
import { tokenize } from '../language/tokenize.ts';
import type { Plan } from '../plan.ts';
import { nameWords } from './bind.ts';
import type { LiteralArgument } from './bind-literals.ts';
import { bindLiterals } from './bind-literals.ts';

const COMMAND = /^(calculate|compute|get|show|give|me|tell|run|call|determine|find|check|and|do)$/;

/**
 * The plan of one call with values that the request says: "calculate the discount for customer 12345
 * with a total of 599.99", "validate order 100". Null where any word is left over, or any value
 * missing: such a request is about rows.
 */
export function planDirectCall(request: string, { procedures }: CatalogSnapshot): Plan | null {
  const tokens = tokenize(request).filter(({ text }) => !/^[.?!]$/.test(text));
  if (!tokens.some(({ number }) => number !== null)) return null;
  const calls = procedures.flatMap((procedure) => {
    const bound = procedure.writes === undefined ? readCall(procedure, tokens) : null;
    return bound === null ? [] : [{ procedure, bound }];
  });
  const [only, other] = calls;
  return only === undefined || other !== undefined
    ? null
    : callPlan(request, only.procedure, only.bound);
}

function readCall(
  procedure: CatalogProcedure,
  tokens: readonly Token[],
): readonly LiteralArgument[] | null {
  const named = new Set<Token>();
  for (const word of nameWords(procedure)) {
    const token = tokens.find((item) => !named.has(item) && says(item, word));
    if (token === undefined) return null;
    named.add(token);
  }
  const verbs = splitName(procedure.name);
  const rest = tokens.filter(
    (token) =>
      !named.has(token) &&
      !COMMAND.test(token.lower) &&
      !verbs.some((word) => says(token, word) && !isParameter(procedure, word)),
  );
  const bound = bindLiterals(procedure, rest);
  return typeof bound === 'string' || bound.length === 0 ? null : bound;
}

function says({ lower, lemma }: Token, word: string): boolean {
  return lemma === word || lower === word;
}

function isParameter({ parameters }: CatalogProcedure, word: string): boolean {
  return parameters.some(({ name }) => splitName(name).includes(word));
}

function callPlan(
  request: string,
  { schema, name, parameters, returns, comment }: CatalogProcedure,
  bound: readonly LiteralArgument[],
): Plan {
  const column = nameWords({ name }).join('_');
  // Names are needed only behind a default that is left out.
  const isInOrder = bound.every(({ parameter }, index) => parameters[index]?.name === parameter);
  const values = bound.map(({ parameter, expression }) =>
    isInOrder ? expression : `${quoteName(parameter)} := ${expression}`,
  );
  const call = `${quoteName(schema)}.${quoteName(name)}(${values.join(', ')})`;
  return {
    request,
    tasks: [
      {
        kind: 'query',
        id: 'task1',
        title: `Call ${name}`,
        dependsOn: [],
        sql: `SELECT ${call} AS ${quoteName(column)}`,
        columns: [{ name: column, type: returns }],
      },
    ],
    answer: { kind: 'answer', from: 'task1', shape: 'scalar', template: null },
    assumptions: bound.map(({ parameter, expression }) => `${parameter} is ${expression}`),
    grounding: [{ text: column.replaceAll('_', ' '), meaning: comment ?? name }],
  };
}

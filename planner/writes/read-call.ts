import type { CatalogProcedure } from '../catalog.ts';
import { splitName } from '../language/names.ts';
import type { Token } from '../language/tokenize.ts';
import { tokenize } from '../language/tokenize.ts';
import { bindLiterals } from '../procedures/bind-literals.ts';
import type { WriteContext, WriteVerdict } from './plan-write.ts';
import type { WriteForm } from './read-write-request.ts';

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
  const bound = bindLiterals(procedure, tokens.slice(named.length));
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

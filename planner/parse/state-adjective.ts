import type { Mention } from '../grounding/link.ts';
import { deniesState, isFlag, isStateColumn } from '../grounding/state-columns.ts';
import type { Cursor } from './cursor.ts';
import type { Condition, Literal } from './frame.ts';
import { namesTable } from './mentions.ts';

/**
 * "Active members", "unpaid invoices": an adjective that names a column of the rows says which of
 * them are meant. Null, and nothing consumed, when none stands here.
 */
export function readStateAdjective(cursor: Cursor): Condition | null {
  const mention = cursor.mentionAt();
  const noun = mention === null ? null : cursor.mentionAt(mention.end - cursor.position);
  if (mention === null || noun === null || !namesTable(noun)) return null;
  const column = stateOf(mention, noun);
  if (column === null) return null;
  cursor.take(mention);
  const isDenied = deniesState(mention.text, column);
  if (column.kind !== 'boolean' && !isFlag(column)) {
    // A date says when it happened: where there is none, it has not.
    return { kind: 'missing', near: noun, isNegated: !isDenied, mention };
  }
  const literal: Literal = isFlag(column)
    ? { text: isDenied ? '0' : '1', kind: 'number', mention: null }
    : { text: String(!isDenied), kind: 'text', mention: null };
  return {
    kind: 'compare',
    near: noun,
    isNegated: false,
    aggregate: null,
    mention,
    measures: [],
    operator: '=',
    isInvertedForDates: false,
    operand: { kind: 'literal', literal },
  };
}

/** The column of the noun's rows that the adjective names; null where it names something else. */
function stateOf(mention: Mention, noun: Mention) {
  const [best] = mention.names;
  const [owner] = noun.names;
  if (best?.kind !== 'column' || owner?.kind !== 'table' || mention.values.length > 0) return null;
  const { column } = best;
  const isOwn = column.table === owner.table && isStateColumn(column) && best.score >= 0.7;
  // "Order dates" and "return date" are no adjectives; dates have participles.
  const isParticiple = /(?:ed|en|aid|old|ent|ost)$/i.test(mention.text);
  return isOwn && (column.kind === 'boolean' || isFlag(column) || isParticiple) ? column : null;
}

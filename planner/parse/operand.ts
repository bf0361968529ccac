import type { Mention } from '../grounding/link.ts';
import type { Cursor } from './cursor.ts';
import { readFactor } from './factor.ts';
import type { Operand } from './frame.ts';
import { newFrame } from './frame.ts';
import { readLiteral } from './literals.ts';
import { namesTable } from './mentions.ts';
import { readModifiers } from './modifiers.ts';
import { namedRow, readReferredRow } from './named-row.ts';
import { adoptPhrase, readNounPhrase, readValueAfterNoun } from './noun-phrase.ts';
import { readPeers } from './peers.ts';

/** What a comparison compares with: a value, an aggregate of a query, another column, or a multiple. */
export function readOperand(cursor: Cursor, compared: Mention | null): Operand | null {
  return cursor.attempt(() => readMultiple(cursor, compared)) ?? readSingle(cursor, compared);
}

/** "Twice the average", "half the price of the cheapest": what is multiplied is read like any other. */
function readMultiple(cursor: Cursor, compared: Mention | null): Operand | null {
  cursor.eat('than|to');
  const factor = readFactor(cursor);
  const operand = factor === null ? null : readSingle(cursor, compared);
  return factor === null || operand === null || operand.kind === 'literal'
    ? null
    : { ...operand, factor };
}

function readSingle(cursor: Cursor, compared: Mention | null): Operand | null {
  const start = cursor.position;
  cursor.eat('than|to');
  const quantifier = readQuantifier(cursor);
  const referred = quantifier === null ? (readReferredRow(cursor) ?? readPeers(cursor)) : null;
  if (referred !== null) return referred;
  const literal = quantifier === null ? readLiteral(cursor) : null;
  if (literal !== null) return namedRow(cursor, literal, compared) ?? { kind: 'literal', literal };
  cursor.eat('that|those of');
  const phrase = readNounPhrase(cursor);
  if (phrase === null) {
    cursor.position = start;
    return null;
  }
  const superlative = phrase.superlative;
  const aggregate =
    phrase.aggregates[0] ??
    (superlative === null ? null : superlative.direction === 'desc' ? 'max' : 'min');
  // "the salary of all instructors": the quantifier follows the compared column.
  const later =
    aggregate === null && quantifier === null && cursor.eat('of') ? readQuantifier(cursor) : null;
  if (aggregate === null && later !== null && phrase.mention !== null) {
    const frame = newFrame(cursor.covered);
    readModifiers(cursor, frame, phrase.mention, { isInner: true });
    return { kind: 'query', aggregate: null, quantifier: later, mention: phrase.mention, frame };
  }
  if (
    aggregate === null &&
    quantifier === null &&
    phrase.mention !== null &&
    namesTable(phrase.mention)
  ) {
    // "than the employee whose id is 163": that row's value of the compared column.
    const frame = newFrame(cursor.covered);
    adoptPhrase(frame, { ...phrase, limit: null });
    frame.related.push(phrase.mention);
    const named = readValueAfterNoun(cursor, phrase.mention);
    if (named !== null) frame.conditions.push(named);
    readModifiers(cursor, frame, phrase.mention, { isInner: true });
    if (frame.conditions.length > 0 || frame.orders.length > 0) {
      return { kind: 'query', aggregate: null, quantifier: null, mention: compared, frame };
    }
  }
  if (aggregate === null && quantifier === null) {
    if (phrase.mention !== null) return { kind: 'mention', mention: phrase.mention, of: null };
    cursor.position = start;
    return null;
  }
  const frame = newFrame(cursor.covered);
  adoptPhrase(frame, { ...phrase, limit: null });
  const isEntity = phrase.mention !== null && quantifier !== null && aggregate === null;
  if (isEntity && phrase.mention !== null) frame.related.push(phrase.mention);
  readModifiers(cursor, frame, phrase.mention, { isInner: true });
  return {
    kind: 'query',
    aggregate,
    quantifier,
    mention: isEntity ? compared : (phrase.mention ?? compared),
    frame,
  };
}

function readQuantifier(cursor: Cursor): 'any' | 'all' | null {
  // "more than any other" is more than all of them.
  if (cursor.eat('all|every|any')) return 'all';
  if (cursor.eat('some')) return 'any';
  return null;
}

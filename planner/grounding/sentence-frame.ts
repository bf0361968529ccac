import { mostAdjective, rankedParticiple, superlativeOf } from '../language/lexicon.ts';
import type { Token } from '../language/tokenize.ts';

/** Whether naming words stand where they are part of the sentence's frame. */
export function isStructural(tokens: readonly Token[], start: number, end: number): boolean {
  const [first, next, previous] = [tokens[start], tokens[end], tokens[start - 1]];
  if (first === undefined) return false;
  for (let at = start; at < end; at++) {
    // "most expensive products": the adjective ranks, it names nothing.
    const isRanked = /^(most|least|more|less)$/.test(tokens[at - 1]?.lower ?? '');
    if (isRanked && mostAdjective(tokens[at]?.lower ?? '') !== null) return true;
  }
  if (end - start > 1) {
    const second = tokens[start + 1]?.lower;
    // "highest paid employee": the participle ranks the employees.
    const isRanking = superlativeOf(previous?.lower ?? '') !== null;
    if (isRanking && /(ed|ing|paid)$/.test(first.lower) && rankedParticiple(first.lower) !== null)
      return true;
    return (
      (first.lower === 'order' && second === 'by') ||
      (/^(numbers?|counts?|totals?)$/.test(first.lower) && second === 'of')
    );
  }
  // "The average time to close a ticket" is no column called time.
  const isUntil =
    next?.lower === 'to' && /^(average|avg|mean|median|the|long)$/.test(previous?.lower ?? '');
  if (first.lower === 'time' && isUntil) return true;
  if (/^(sorted|ordered|ranked|listed)$/.test(first.lower)) {
    return /^(by|in|from|alphabetically|according|on|based)$/.test(next?.lower ?? '');
  }
  if (first.lemma === 'order') {
    // "Orders by status" is about orders.
    if (next?.lower === 'by') return first.lower !== 'orders';
    if (
      /^(alphabetical|ascending|descending|lexicographic|increasing|decreasing|reverse|reversed|lexicographical|the|chronological)$/.test(
        previous?.lower ?? '',
      ) &&
      first.lower === 'order'
    ) {
      return previous?.lower !== 'the' || tokens[start - 2]?.lower === 'in';
    }
    return previous?.lower === 'in' && next?.lower === 'of';
  }
  if (first.lower === 'sort' || first.lower === 'list' || first.lower === 'count') {
    return (
      start === 0 ||
      previous?.kind === 'punctuation' ||
      next?.lower === 'by' ||
      next?.lower === 'of'
    );
  }
  return false;
}

/** Whether what follows goes on like a clause: "products cost less than", not "the admission cost of". */
export function isClause(tokens: readonly Token[], start: number, end: number): boolean {
  const next = tokens[end];
  const isNoun = /^(the|average|avg|mean|total|highest|lowest|maximum|minimum|per|by|median)$/.test(
    tokens[start - 1]?.lower ?? '',
  );
  return !(
    isNoun &&
    (next === undefined || !/^(more|less|over|under|at|above|below|between)$/.test(next.lower))
  );
}

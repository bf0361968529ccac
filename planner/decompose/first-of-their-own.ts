import { superlativeOf } from '../language/lexicon.ts';
import { tokenize } from '../language/tokenize.ts';
import type { LogicalQuery } from '../query/logical.ts';
import { isRepeated } from '../resolve/join-tree.ts';
import type { RewritingReader } from './rewriting.ts';
import { said } from './rewriting.ts';

const OWN =
  /^(?<before>.+?) (?:in|of|within|for) (?:their|its|his|her)(?: own| respective)? (?<noun>\p{L}[\p{L} -]*)(?<rest>[?.!\s]*)$/iu;

/** "Employees with the highest salary in their department": the first of each department. */
export const readFirstOfTheirOwn: RewritingReader = (request, { names }) => {
  const { before, noun, rest = '' } = OWN.exec(request.trim())?.groups ?? {};
  if (before === undefined || noun === undefined) return null;
  // "For each city, the highest latitude of its stations": the group is said already.
  if (/\b(?:each|every|per)\b/i.test(before)) return null;
  const isRanked = tokenize(before).some(
    ({ lower }) => superlativeOf(lower) !== null || /^(most|least|fewest)$/.test(lower),
  );
  // "In their life" says nothing about which rows are compared.
  const isNamed = names.find(tokenize(noun).map(({ lemma }) => lemma)).length > 0;
  if (!isRanked || !isNamed) return null;
  return said(`${before} in each ${noun}${rest}`, (query) => (isOfMany(query) ? query : null));
};

/** Whether the groups are those that rows belong to, and not what belongs to each of them. */
function isOfMany({ rankedWithin, from }: LogicalQuery): boolean {
  const tables = (rankedWithin?.groups ?? []).flatMap((group) =>
    group.kind === 'column' ? [group.column.table] : [],
  );
  return (
    tables.length > 0 && tables.every((table) => from.joins.length === 0 || isRepeated(from, table))
  );
}

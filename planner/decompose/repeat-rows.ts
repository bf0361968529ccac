import { tokenize } from '../language/tokenize.ts';
import type { LogicalQuery } from '../query/logical.ts';
import { referringTables } from '../resolve/open-ranking.ts';
import type { RewritingReader } from './rewriting.ts';

const REPEAT = /\b(?<word>repeat|repeating|returning|recurring) (?<noun>\p{L}+)/iu;

/** "Repeat customers": those that more than one row of something refers to. */
export const readRepeatRows: RewritingReader = (request, model) => {
  const { word, noun } = REPEAT.exec(request)?.groups ?? {};
  if (word === undefined || noun === undefined) return null;
  const words = tokenize(noun).map(({ lemma }) => lemma);
  const [table, other] = model.names
    .find(words)
    .flatMap(({ kind, table: named, score }) => (kind === 'table' && score > 0.7 ? [named] : []));
  // A database that has repeat orders, or returning visitors, means those.
  const isStored =
    model.names.find([word]).some(({ score }) => score > 0.9) ||
    model.values.find(word).some(({ match }) => match === 'exact' || match === 'folded');
  if (table === undefined || other !== undefined || isStored) return null;
  const asked = referringTables(table, model).map((referring) => {
    const things = referring.table.name.replaceAll('_', ' ');
    const more = `${noun} with more than one ${things}`;
    return { label: `with more than one of ${things}`, request: request.replace(REPEAT, more) };
  });
  return { asked, question: `Which rows make ${noun} come again?`, change: isMultiple };
};

function isMultiple(query: LogicalQuery): LogicalQuery | null {
  return query.having.length > 0 ? query : null;
}

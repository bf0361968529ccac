import type { SchemaModel } from '../grounding/schema-model.ts';
import { lemma } from '../language/lemma.ts';
import { isMassNoun } from '../language/lexicon.ts';
import type { LogicalQuery, OrderItem } from '../query/logical.ts';
import type { RewritingReader } from './rewriting.ts';
import { said } from './rewriting.ts';

const COUNT = '\\d{1,3}|two|three|four|five|six|seven|eight|nine|ten|twenty';
const GROUP = '(?: (?:per|by|(?:in|for|of) (?:each|every)) (?<group>\\p{L}+))?';
const BEST_SELLING = new RegExp(
  `\\b(?:(?:the )?top )?(?:the )?(?<count>${COUNT})? ?(?:best|top|most)[- ](?:selling|sold) (?<noun>\\p{L}+)${GROUP}`,
  'iu',
);
const TOP_PER =
  /\b(?:best|top) (?<noun>\p{L}+)(?: (?:per|(?:in|for|of) (?:each|every)) (?<group>\p{L}+)) by (?:total )?(?<figure>\p{L}+)\b/iu;
const HIGHEST =
  /\b(?<end>highest|largest|biggest|greatest|lowest|smallest) (?<figure>revenues?|turnover|sales)\b/iu;

/** "Best-selling product per category": ranked by how many pieces were sold. */
export const readBestSelling: RewritingReader = (request, model) => {
  const { count, noun, group } = BEST_SELLING.exec(request)?.groups ?? {};
  const [amount, other] = model.metrics.flatMap(({ lineAmount }) => lineAmount ?? []);
  if (noun === undefined || amount === undefined || other !== undefined) return null;
  const { quantity } = amount;
  const figure = `total ${quantity.words.join(' ')}`;
  const isOne = count === undefined && lemma(noun.toLowerCase()) === noun.toLowerCase();
  const asked =
    group !== undefined
      ? `${count ?? ''} ${noun} with the highest ${figure} in each ${group}`
      : isOne
        ? `${noun} with the highest ${figure}`
        : `top ${count ?? ''} ${noun} by ${figure}`;
  const plain = request.replace(BEST_SELLING, asked.replace(/\s+/g, ' ').trim());
  const { table, column } = quantity;
  const assumed = `what sells best is what most of was sold, by ${table.table.name}.${column.name}`;
  return said(plain, (query) =>
    rankingOf(query).some(
      ({ expression }) =>
        expression.kind === 'aggregate' &&
        expression.name === 'sum' &&
        expression.of?.kind === 'column' &&
        expression.of.column === quantity,
    )
      ? { ...query, assumed: [...(query.assumed ?? []), assumed] }
      : null,
  );
};

/** "Top product per category by revenue": the first of each group. */
export const readTopPerGroup: RewritingReader = (request) => {
  const { noun, group, figure } = TOP_PER.exec(request)?.groups ?? {};
  if (noun === undefined || group === undefined || figure === undefined) return null;
  const total = isMassNoun(figure) ? 'total ' : '';
  const plain = request.replace(
    TOP_PER,
    `${noun} with the highest ${total}${figure} in each ${group}`,
  );
  return said(plain, (query) => (query.rankedWithin === undefined ? null : query));
};

/** "Which customer has the highest revenue": what all their rows come to, where rows have amounts. */
export const readHighestRevenue: RewritingReader = (request, model) => {
  const figure = HIGHEST.exec(request)?.groups?.figure;
  if (figure === undefined || !isOfRows(figure, model)) return null;
  return {
    ...said(request.replace(HIGHEST, '$<end> total $<figure>'), (query) => query),
    isGuess: true,
  };
};

function isOfRows(figure: string, { names }: SchemaModel): boolean {
  const [best] = names.find([lemma(figure.toLowerCase())]);
  return best?.kind === 'column' && best.column.lineAmount !== null;
}

function rankingOf({ rankedWithin, orderBy }: LogicalQuery): readonly OrderItem[] {
  return rankedWithin?.orderBy ?? orderBy;
}

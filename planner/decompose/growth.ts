import type { LogicalQuery, SelectItem } from '../query/logical.ts';
import type { RewritingReader } from './rewriting.ts';
import { said } from './rewriting.ts';

const GRAIN = 'day|week|month|quarter|year';
const ADVERB = 'daily|weekly|monthly|quarterly|yearly|annual';
const NOUN = '(?:growth(?: rate)?|change|increase|development)';
const OPENING = "(?:(?:what|show|give|calculate|is|was|'s|me|the|our)\\s+)*";
const PATTERNS = [
  `^${OPENING}${NOUN} (?:of|in) (?<figure>.+?) (?:by|per|each|every|from) (?<grain>${GRAIN})(?: to \\k<grain>)?(?<rest>(?: (?:in|since|for|during|of) .+)?)$`,
  `^${OPENING}(?<figure>.+?) ${NOUN} (?:by|per|each|every) (?<grain>${GRAIN})(?<rest>(?: (?:in|since|for|during) .+)?)$`,
  `^${OPENING}(?<grain>${ADVERB}) ${NOUN} (?:of|in) (?<figure>.+?)(?<rest>(?: (?:in|since|for|during) .+)?)$`,
  `^${OPENING}(?<grain>${ADVERB}) (?<figure>.+?) ${NOUN}(?<rest>(?: (?:in|since|for|during) .+)?)$`,
  `^${OPENING}(?:${NOUN} (?:of|in) )?(?<figure>.+?) (?<grain>${GRAIN})[ -](?:over|on|by)[ -]\\k<grain>(?: ${NOUN})?(?<rest>(?: (?:in|since|for|during) .+)?)$`,
  `^${OPENING}(?<grain>${GRAIN})[ -](?:over|on|by)[ -]\\k<grain> (?:${NOUN} (?:of|in) )?(?<figure>.+?)(?: ${NOUN})?(?<rest>(?: (?:in|since|for|during) .+)?)$`,
].map((pattern) => new RegExp(pattern, 'iu'));

const GRAINS: Readonly<Record<string, string>> = {
  daily: 'day',
  weekly: 'week',
  monthly: 'month',
  quarterly: 'quarter',
  yearly: 'year',
  annual: 'year',
};

/** "Growth of revenue by month", "orders month over month": the figures, each with what it grew by. */
export const readGrowth: RewritingReader = (request) => {
  const text = request.trim().replace(/[?.!\s]+$/, '');
  for (const pattern of PATTERNS) {
    const { figure, grain = '', rest = '' } = pattern.exec(text)?.groups ?? {};
    if (figure === undefined) continue;
    const span = GRAINS[grain.toLowerCase()] ?? grain;
    return said(`${figure} by ${span}${rest}`, growth);
  }
  return null;
};

/** The query with how much each figure exceeds the one of the span before. */
function growth(query: LogicalQuery): LogicalQuery | null {
  const figures = query.select.filter(({ expression }) => expression.kind === 'aggregate');
  const [figure, ...others] = figures;
  const [along, ...groups] = query.groupBy;
  const isSpan = along?.kind === 'truncated' || (along?.kind === 'part' && along.part === 'year');
  const isPlain = groups.length === 0 && query.limit === null && query.setOperation === null;
  if (figure?.expression.kind !== 'aggregate' || others.length > 0 || !isSpan || !isPlain) {
    return null;
  }
  const of = figure.expression;
  const select: SelectItem[] = [
    ...query.select,
    { expression: { kind: 'growth', of, along }, alias: 'growth_percent' },
  ];
  const assumed = ['each span is compared with the one before it that has rows'];
  return { ...query, select, assumed: [...(query.assumed ?? []), ...assumed] };
}

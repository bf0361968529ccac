import type { SchemaModel } from '../grounding/schema-model.ts';
import { comparativeOf } from '../language/lexicon.ts';
import type { LogicalQuery } from '../query/logical.ts';
import { figuresOf } from './two-sides.ts';

const SUPERLATIVES: Readonly<Record<string, string>> = {
  more: 'the most',
  fewer: 'the fewest',
  less: 'the least',
  better: 'best',
  bigger: 'biggest',
};
const PATTERN =
  /^(?<ask>who|which\s+(?!(?:is|are|was|were|has|have|had|does|do|did|costs?|earns?|earned|weighs?|sells?|sold|orders?|ordered|makes?|made|spends?|spent|gets?|got|lasts?|lasted)\b)\w+|which|what)\s+(?<claim>[^,]*?)\s*(?:,|:|\bbetween\b)\s*(?<first>[^,]+?)\s+(?:or|and)\s+(?<second>[^,?]+?)\s*\??$/iu;

/**
 * "Who earns more, Smith or Adams?": requests for the first of the two, the likelier wording first;
 * none for anything else.
 */
export function readWhichOfTwo(text: string, model: SchemaModel): readonly string[] {
  const { ask, claim, first, second } = PATTERN.exec(text.trim())?.groups ?? {};
  if (ask === undefined || claim === undefined || first === undefined || second === undefined)
    return [];
  const words = claim.split(/\s+/);
  const at = words.findIndex(
    (word) => comparativeOf(word.toLowerCase()) !== null || /^better$/i.test(word),
  );
  const comparative = words[at]?.toLowerCase();
  if (comparative === undefined || words.includes('than')) return [];
  const ranked = rankedFigure(words, at, comparative);
  if (ranked === null) return [];
  const names = [first, second].map((name) => name.replace(/^(the|a|an)\s+/i, ''));
  const two = `${names.join(' or ')} ${ranked}`;
  if (!/^(which|what)$/i.test(ask)) return [`${ask} among ${two}`];
  // "Which has more orders, Berlin or Munich": the names say that it is a city.
  return [...sharedKinds(names, model).map((kind) => `${ask} ${kind} of ${two}`), `${ask} ${two}`];
}

/** The claim with its superlative; null where nothing says by what the two are ranked. */
function rankedFigure(words: readonly string[], at: number, comparative: string): string | null {
  const next = words[at + 1]?.toLowerCase();
  const verb = words[at - 1] ?? '';
  if (/^(more|less)$/.test(comparative) && next === undefined && /^costs?$/i.test(verb)) {
    return `is ${comparative === 'more' ? 'most' : 'least'} expensive`;
  }
  const isMore = /^(more|less|fewer)$/.test(comparative);
  if (isMore && next === undefined && /^(sell|order|make|generate|bring|take|sold)/i.test(verb)) {
    const [figure] = figuresOf(verb, '');
    const of = /^What (?:are|is) the (?<name>.+)$/.exec(figure ?? '')?.groups?.name;
    const end = comparative === 'more' ? 'highest' : 'lowest';
    const count = comparative === 'more' ? 'most' : 'fewest';
    if (figure === undefined) return null;
    return of === undefined ? `has the ${count} orders` : `has the ${end} ${of}`;
  }
  const superlative =
    comparative === 'more' && /^(expensive|popular|recent|valuable|common|active)$/.test(next ?? '')
      ? 'most'
      : (SUPERLATIVES[comparative] ?? comparative.replace(/ier$/, 'iest').replace(/er$/, 'est'));
  return [...words.slice(0, at), superlative, ...words.slice(at + 1)].join(' ');
}

/** What columns that hold both names call what they hold. */
function sharedKinds(names: readonly string[], { values }: SchemaModel): readonly string[] {
  const [first = [], second = []] = names.map((name) => values.find(name));
  const kinds = first.flatMap(({ column }) =>
    second.some((other) => other.column === column) && !column.table.labels.includes(column)
      ? [column.words.join(' ')]
      : [],
  );
  return [...new Set(kinds)];
}

/** The query where it shows one of the two that were named; null where it shows anything else. */
export function oneOfTwo(query: LogicalQuery): LogicalQuery | null {
  const isNamed = query.where.some(
    ({ kind, ...item }) =>
      kind === 'in' &&
      'of' in item &&
      query.select.some(({ expression }) => isSame(expression, item.of)),
  );
  return query.limit === 1 && isNamed ? query : null;
}

function isSame(one: unknown, other: unknown): boolean {
  const [a, b] = [one, other] as readonly { readonly kind: string; readonly column?: unknown }[];
  return a?.kind === 'column' && b?.kind === 'column' && a.column === b.column;
}

import { other } from '../grounding/key-graph.ts';
import type { ColumnModel, SchemaModel, TableModel } from '../grounding/schema-model.ts';
import { tokenize } from '../language/tokenize.ts';
import type { LogicalQuery } from '../query/logical.ts';

/** A request for what two tables hold of one kind, as a request for each of them. */
export interface LikeThings {
  readonly left: string;
  readonly right: string;
  readonly combine: (left: LogicalQuery, right: LogicalQuery) => LogicalQuery | null;
}

const ASKED = `(?:(?:show|list|give|get|find|return|display|tell)(?: me)? |(?:what|which) (?:are |is )?|i (?:want|need) )?(?:all )?(?:the )?(?:distinct |different |unique )?`;
const REST = `(?<rest>(?: (?:in|from|living in|located in|based in|of|with|whose) .+?)?)`;
const EITHER = new RegExp(
  `^${ASKED}(?<what>\\p{L}[\\p{L} ]*?) (?:of|from|for) (?:both )?(?:all )?(?:the |our )?(?<first>\\p{L}+) (?:and|or|as well as)(?: of)?(?: all)?(?: the| our)? (?<second>\\p{L}+)${REST}[?.!\\s]*$`,
  'iu',
);
const BOTH = [
  new RegExp(
    `^${ASKED}(?<what>\\p{L}[\\p{L} ]*?) (?:that )?(?:have|has|with|are used by|are shared by|contain|hold) both (?:the )?(?<first>\\p{L}+) and (?:the )?(?<second>\\p{L}+)[?.!\\s]*$`,
    'iu',
  ),
  new RegExp(
    `^${ASKED}(?<what>\\p{L}[\\p{L} ]*?) (?:are )?both used by (?:the )?(?<first>\\p{L}+) and (?:by )?(?:the )?(?<second>\\p{L}+)[?.!\\s]*$`,
    'iu',
  ),
  /^(?:in )?(?:which|what) (?<what>\p{L}[\p{L} ]*?) (?:do we have|are there|live) both (?<first>\p{L}+) and (?<second>\p{L}+)[?.!\s]*$/iu,
];
/** What is computed of the rows is not a thing that each of them has. */
const COMPUTED =
  /\b(number|count|average|mean|total|sum|most|least|highest|lowest|maximum|minimum|percentage|share|difference|ratio|pairs?|names? and|between)\b/i;

/**
 * "Names of all customers and suppliers", "cities that have both customers and suppliers": two
 * tables that do not refer to each other hold things with the same property. Null for anything else.
 */
export function readLikeThings(request: string, model: SchemaModel): LikeThings | null {
  const text = request.trim();
  const either = EITHER.exec(text)?.groups;
  const groups = either ?? BOTH.map((pattern) => pattern.exec(text)?.groups).find(Boolean);
  const { what = '', first = '', second = '', rest = '' } = groups ?? {};
  if (what === '' || COMPUTED.test(what)) return null;
  const [own, theirs] = [tableNamed(first, model), tableNamed(second, model)];
  if (own === null || theirs === null || own === theirs || isRelated(own, theirs, model))
    return null;
  const operator = either === undefined ? 'INTERSECT' : 'UNION';
  // "Names of customers and products" may ask who bought what.
  const isOneList = operator === 'INTERSECT' || /\b(all|or)\b/i.test(text);
  if (!isOneList && likeness(own, theirs) < LIKENESS_MIN) return null;
  const ask = (things: string) => `list the ${what} of all ${things}${rest}`;
  return {
    left: ask(first),
    right: ask(second),
    combine: (left, right) => together(operator, { left, own }, { left: right, own: theirs }),
  };
}

interface Side {
  readonly left: LogicalQuery;
  readonly own: TableModel;
}

/** One list of what two queries find; null where they do not show the same columns of their own rows. */
function together(operator: 'UNION' | 'INTERSECT', a: Side, b: Side): LogicalQuery | null {
  const [left, right] = [plainColumns(a), plainColumns(b)];
  if (left === null || right === null || left.length !== right.length) return null;
  // Figures of two tables would lose those that are equal.
  if (operator === 'UNION' && left.some(({ isMeasure }) => isMeasure)) return null;
  const isSame = left.every((column, index) => isLike(column, right[index]));
  if (!isSame) return null;
  const assumed =
    operator === 'UNION'
      ? `what ${a.own.table.name} and ${b.own.table.name} have in common is listed once`
      : `what is listed is in ${a.own.table.name} as well as in ${b.own.table.name}`;
  return {
    ...a.left,
    isDistinct: false,
    groupBy: [],
    orderBy: [],
    setOperation: { operator, right: { ...b.left, isDistinct: false, groupBy: [], orderBy: [] } },
    assumed: [...(a.left.assumed ?? []), ...(b.left.assumed ?? []), assumed],
  };
}

/** The columns that a list of the table's own rows shows; null where it is no such list. */
function plainColumns({ left: query, own }: Side) {
  const columns = query.select.flatMap(({ expression }) =>
    expression.kind === 'column' && expression.column.table === own ? [expression.column] : [],
  );
  const isPlain =
    query.starOf === null &&
    query.having.length === 0 &&
    query.limit === null &&
    query.setOperation === null &&
    query.computed === undefined &&
    query.summarizedBy === undefined &&
    query.rankedWithin === undefined &&
    query.pairedBy === undefined &&
    query.isExistence === undefined &&
    !query.isCounted;
  return isPlain && columns.length > 0 && columns.length === query.select.length ? columns : null;
}

/** How many properties two tables have in common before their rows are things of one kind. */
const LIKENESS_MIN = 2;

function likeness(a: TableModel, b: TableModel): number {
  return a.columns.filter(
    (column) => !column.isKey && b.columns.some((theirs) => isLike(column, theirs)),
  ).length;
}

function isLike(column: ColumnModel, theirs: ColumnModel | undefined): boolean {
  return column.kind === theirs?.kind && ownWords(column) === ownWords(theirs);
}

/** What a column is called without the name of its table: "name" of `customer_name`. */
function ownWords({ words, table }: ColumnModel): string {
  return words.filter((word) => !table.words.includes(word)).join(' ');
}

/** The table that a noun surely names; null where none is called so. */
function tableNamed(noun: string, model: SchemaModel): TableModel | null {
  const words = tokenize(noun).map(({ lemma }) => lemma);
  const [best] = model.names.find(words);
  return best?.kind === 'table' && best.score > 0.7 ? best.table : null;
}

/** Whether rows of one refer to rows of the other: then what both have is asked for side by side. */
function isRelated(a: TableModel, b: TableModel, { keys }: SchemaModel): boolean {
  return keys.edgesOf(a).some((edge) => other(edge, a) === b);
}

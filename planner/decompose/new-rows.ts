import { isPointInTime } from '../grounding/column-role.ts';
import type { SchemaModel } from '../grounding/schema-model.ts';
import { tokenize } from '../language/tokenize.ts';
import { columnsRead } from '../query/columns-read.ts';
import type { LogicalQuery } from '../query/logical.ts';
import type { RewritingReader } from './rewriting.ts';
import { said } from './rewriting.ts';

const NEW = /\bnew(?:ly (?:added|registered|created))? (?=\p{L})/iu;
const TIME =
  /\b(?:today|yesterday|(?:this|last|past|per|by|each|every|since|previous|current) (?:the )?(?:last |past )?(?:\d+ )?(?:day|week|month|quarter|year)s?|in (?:the (?:last|past) )?\d|since \d|in (?:january|february|march|april|may|june|july|august|september|october|november|december)|daily|weekly|monthly|quarterly|yearly|annual)/iu;

/** "New customers this month", "new members per year": by the date that says since when there are such rows. */
export const readNewRows: RewritingReader = (request, model) => {
  if (!NEW.test(request) || !TIME.test(request)) return null;
  const plain = request.replace(NEW, '');
  return isStored(plain, model) ? null : said(plain, sinceOwnDate);
};

/** Whether "new" is something that rows of a table named are stored as: a state, a condition. */
function isStored(request: string, { values, names }: SchemaModel): boolean {
  const tables = tokenize(request).flatMap(({ lemma }) =>
    names
      .find([lemma])
      .flatMap(({ kind, table, score }) => (kind === 'table' && score > 0.7 ? [table] : [])),
  );
  return (
    values.find('new').some(({ column }) => tables.includes(column.table)) ||
    names.find(['new']).some(({ score }) => score > 0.9)
  );
}

/** The query where its dates are the rows' own; what refers to rows, and when, makes none of them new. */
function sinceOwnDate(query: LogicalQuery): LogicalQuery | null {
  const dates = [...columnsRead([query.where, query.groupBy, query.select], 'own')].filter(
    (column) => isPointInTime(column) || column.dateTextFormat !== null,
  );
  const counted = query.from.root;
  const [date] = dates;
  const isOwn = dates.every(
    (column) => column.table === counted && !column.words.includes('birth'),
  );
  if (date === undefined || !isOwn) return null;
  const { name } = counted.table;
  return {
    ...query,
    assumed: [...(query.assumed ?? []), `${name} are new from their ${date.column.name}`],
  };
}

import { rowSpan } from '../grounding/elapsed-columns.ts';
import type { SchemaModel, TableModel } from '../grounding/schema-model.ts';
import { lemma } from '../language/lemma.ts';
import type { LogicalQuery } from '../query/logical.ts';
import { tablesOf } from '../resolve/join-tree.ts';
import { currentPredicate } from '../resolve/lasting.ts';
import type { RewritingReader } from './rewriting.ts';
import { said } from './rewriting.ts';

const ACTIVE =
  /(?: (?:that|which))?(?: (?:is|are))? (?:still |currently )?active(?=[?.!\s]*$)|\b(?:still |currently )?active (?=(?<noun>\p{L}+))/iu;

/** "Active loans", where nothing is stored as active: those that have begun and not ended. */
export const readActiveRows: RewritingReader = (request, model, now) => {
  if (!ACTIVE.test(request) || /\b(?:not|most|least|more|less)\b/i.test(request)) return null;
  const plain = request.replace(ACTIVE, ' ').replace(/\s+/g, ' ').trim();
  if (plain === '') return null;
  const noun = ACTIVE.exec(request)?.groups?.noun ?? '';
  const named = model.names
    .find([lemma(noun.toLowerCase())])
    .flatMap(({ kind, table, score }) => (kind === 'table' && score > 0.7 ? [table] : []));
  if (named.length > 0 && isStored(model, named)) return null;
  // "Active alarms" are not the alarms of active devices.
  const isElsewhere = named.length > 0 && isStored(model, model.tables);
  const change = (query: LogicalQuery) => activeRows(query, { model, named, now });
  return { ...said(plain, change), isGuess: !isElsewhere };
};

/** Whether a column or a value of the tables says itself what is active. */
function isStored({ names, values }: SchemaModel, tables: readonly TableModel[]): boolean {
  return (
    names.find(['active']).some(({ table, score }) => score > 0.5 && tables.includes(table)) ||
    values.find('active').some(({ column }) => tables.includes(column.table))
  );
}

interface Asked {
  readonly model: SchemaModel;
  /** What the word stands before; empty where it stands behind. */
  readonly named: readonly TableModel[];
  readonly now: string;
}

function activeRows(query: LogicalQuery, { model, named, now }: Asked): LogicalQuery | null {
  const tables = tablesOf(query.from);
  const [span, other] = tables.flatMap((table) => rowSpan(table) ?? []);
  if (span === undefined || other !== undefined || isStored(model, [span.end.table])) return null;
  if (named.length > 0 && !named.includes(span.end.table)) return null;
  if (query.setOperation !== null || query.from.isOuter === true) return null;
  const active = currentPredicate(
    { isNegated: false },
    { tables, subject: null, context: { now } },
  );
  if (active === null) return null;
  const assumed = `active is what has begun and has no ${span.end.column.name}, or one that is ahead`;
  return {
    ...query,
    where: [...query.where, active],
    assumed: [...(query.assumed ?? []), assumed],
  };
}

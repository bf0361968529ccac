import type { ColumnModel, TableModel } from '../grounding/schema-model.ts';
import type { LogicalQuery, Predicate } from '../query/logical.ts';
import { columnOf } from '../query/logical.ts';
import { isDate } from '../resolve/column-values.ts';
import { isRepeated, tablesOf } from '../resolve/join-tree.ts';
import { dateOf } from '../resolve/predicate-parts.ts';
import type { RewritingReader } from './rewriting.ts';
import { said } from './rewriting.ts';

const OVERDUE =
  /(?: (?:that|which))?(?: (?:is|are|was|were))? (?:currently )?(?:overdue|past due|past (?:the|their|its) due date)(?=[?.!\s]*$)|\boverdue (?=\p{L})/iu;
const DUE = /^(due|deadline)$/;
const DONE =
  /^(return|returned|pay|paid|payment|settle|settled|complete|completed|completion|finish|finished|deliver|delivered|delivery|close|closed|done|resolve|resolved|submit|submitted|ship|shipped|shipment|fulfill|fulfilled|clear|cleared)$/;

interface Deadline {
  readonly table: TableModel;
  readonly due: ColumnModel;
  readonly done: ColumnModel;
}

/** "Overdue loans": those whose due date has passed and that keep no date on which they were done. */
export const readOverdue: RewritingReader = (request, { tables }, now) => {
  if (!OVERDUE.test(request) || /\bnot\b/i.test(request)) return null;
  const deadlines = tables.flatMap((table) => deadlineOf(table) ?? []);
  const plain = request.replace(OVERDUE, ' ').replace(/\s+/g, ' ').trim();
  if (deadlines.length === 0 || plain === '') return null;
  return said(plain, (query) => pastDue(query, deadlines, now.slice(0, 10)));
};

function deadlineOf(table: TableModel): Deadline | null {
  const dates = table.columns.filter(isDate);
  const [due, other] = dates.filter(({ words }) => words.some((word) => DUE.test(word)));
  const [done, second] = dates.filter(
    (column) =>
      column !== due &&
      (column.column.nullCount ?? 0) > 0 &&
      column.words.some((word) => DONE.test(word)),
  );
  // Where several dates may be the one that it was done on, nothing says which.
  const isClear = other === undefined && second === undefined;
  return due === undefined || done === undefined || !isClear ? null : { table, due, done };
}

function pastDue(
  query: LogicalQuery,
  deadlines: readonly Deadline[],
  today: string,
): LogicalQuery | null {
  const read = tablesOf(query.from);
  const [deadline, other] = deadlines.filter(({ table }) => read.includes(table));
  if (deadline === undefined || other !== undefined || query.setOperation !== null) return null;
  const { table, due, done } = deadline;
  // Counted or added up, the rows that are due must be what the query is about.
  const isAggregated = query.groupBy.length > 0 || query.isCounted;
  if (isAggregated && query.having.length > 0 && isRepeated(query.from, table)) return null;
  const late: readonly Predicate[] = [
    {
      kind: 'compare',
      left: dateOf(due),
      operator: '<',
      right: { kind: 'date', value: today, type: 'DATE' },
    },
    { kind: 'null', of: columnOf(done), isNegated: false },
  ];
  const only = query.select.map(({ expression, alias }) => ({
    expression:
      expression.kind === 'aggregate'
        ? { ...expression, filter: [...(expression.filter ?? []), ...late] }
        : expression,
    alias,
  }));
  const said = `overdue is ${due.column.name} before today without ${done.column.name}`;
  return {
    ...query,
    // Those without any stay where every one is asked about: only what is counted is late.
    ...(query.from.isOuter === true ? { select: only } : { where: [...query.where, ...late] }),
    assumed: [...(query.assumed ?? []), said],
  };
}

import { groundingOf } from '../explain/grounding-of.ts';
import type { TableModel } from '../grounding/schema-model.ts';
import type { Interpretation, Reading } from '../interpret.ts';
import { interpret } from '../interpret.ts';
import type { Plan } from '../plan.ts';
import type { Expression, LogicalQuery } from '../query/logical.ts';
import { rowsWhere } from '../query/logical.ts';
import { judgeByWords } from '../score/judge.ts';
import type { WriteContext } from './plan-write.ts';
import { rowsCondition } from './rows-condition.ts';

/** Rows that words mean, all of one table. */
export interface Rows {
  readonly table: TableModel;
  /** The query for them, to find rows of other tables by. */
  readonly query: LogicalQuery;
  /** SQL over a row of the table; null is every row. */
  readonly condition: string | null;
  readonly grounding: Plan['grounding'];
}

export type RowsVerdict =
  /** The likeliest first; more than one where the words leave it open. */
  | { readonly rows: readonly Rows[] }
  | { readonly reason: string; readonly unknownWords: readonly string[] };

/** Words that may stay unexplained; every other one must have been understood. */
const GLUE =
  /^(the|a|an|all|of|for|in|on|at|every|each|any|that|which|who|whose|are|is|were|was|have|has|with|from|rows?|entry|entries|records?|one|ones)$/;
/** What they stand for was said elsewhere: guessing would change the wrong rows. */
const PRONOUN = /^(it|its|them|their|they|those|these|this|his|her|him|he|she|same)$/;
/** A difference in how well a name fits that is none. */
const NAME_MARGIN = 0.05;
/** Below this a reading is not worth showing as a change. */
const CONFIDENCE_MIN = 0.6;

/** Reads which rows are meant, as a question for them would be read, but guessing nothing. */
export function readRows(text: string, { model, now }: WriteContext): RowsVerdict {
  const interpretation = interpret(text, model, now);
  const lost = lostWords(interpretation);
  if (lost !== null) return lost;
  const judged = judgeByWords(interpretation.readings).filter(
    (reading) => reading.confidence >= CONFIDENCE_MIN && isNamed(interpretation, reading),
  );
  const rows: Rows[] = [];
  let reason = UNCLEAR;
  for (const reading of judged) {
    const table = entityOf(reading);
    if (table === null) continue;
    const condition = rowsCondition(reading.query, table);
    if (condition === undefined) {
      if (reading.query.limit !== null) reason = RANKED;
      continue;
    }
    if (hasLostUnit(text, reading.query)) {
      reason = `Say the date itself instead of a span of time, as in "${table.table.name} before ${now.slice(0, 10)}".`;
      continue;
    }
    if (rows.some((known) => known.table === table && known.condition === condition)) continue;
    rows.push({
      table,
      query: reading.query,
      condition,
      grounding: groundingOf(interpretation, reading),
    });
    // Readings only count beside the first where that one is in doubt itself.
    if (reading.confidence >= reading.floor && rows.length === 1) break;
  }
  if (rows.length === 0) rows.push(...labelledRows(interpretation));
  return rows.length === 0 ? { reason, unknownWords: [] } : { rows };
}

/** "Ada Lovelace": nothing but what a row is called. */
function labelledRows({ mentions, tokens }: Interpretation): readonly Rows[] {
  const [mention] = mentions;
  const isAll = mention !== undefined && mention.start === 0 && mention.end === tokens.length;
  if (mentions.length !== 1 || !isAll) return [];
  return mention.values.flatMap(({ column, value, score }): Rows[] => {
    const { table } = column;
    if (!table.labels.includes(column) || table.labels.length > 1 || score < COLUMN_VALUE_MIN)
      return [];
    const query = rowsWhere({
      select: [{ expression: { kind: 'column', column, cast: null }, alias: null }],
      from: { root: table, joins: [] },
      where: [
        {
          kind: 'compare',
          left: { kind: 'column', column, cast: null },
          operator: '=',
          right: { kind: 'text', value },
        },
      ],
    });
    const condition = rowsCondition(query, table);
    const grounding = [
      { text: mention.text, meaning: `${table.table.name}.${column.column.name}` },
    ];
    return condition == null ? [] : [{ table, query, condition, grounding }];
  });
}

/** A stored value that is written like the words. */
const COLUMN_VALUE_MIN = 0.9;

const UNCLEAR = 'It is not clear which rows are meant.';
const RANKED = 'A change is made to all rows that meet a condition, not to the first of an order.';

function lostWords({ tokens, frame, unknown }: Interpretation): RowsVerdict | null {
  const lost = tokens.filter(
    ({ kind, lower }, index) =>
      kind !== 'punctuation' &&
      (PRONOUN.test(lower) || (!frame.covered.has(index) && !GLUE.test(lower))),
  );
  if (lost.length === 0) return null;
  const words = lost.map(({ text }) => `"${text}"`).join(', ');
  const isUnknown = lost.every((token) => unknown.includes(token));
  return {
    reason: isUnknown
      ? `Nothing in the database answers to ${words}.`
      : `It is not clear what ${words} stands for; in a change every word has to be.`,
    unknownWords: lost.map(({ text }) => text),
  };
}

/** Whether each word was taken for the name that fits it best, and each bare number for a key. */
function isNamed({ mentions }: Interpretation, { assignment }: Reading): boolean {
  const choices = [...assignment.choices];
  const isKeyed = choices.every(([subject, choice]) => {
    const isNumber = 'kind' in subject && subject.kind === 'number' && choice.kind === 'value';
    if (!isNumber || choice.column === choice.table.key) return true;
    // "with total 17": the column is said.
    return choices.some(([, other]) => other.kind === 'column' && other.column === choice.column);
  });
  if (!isKeyed) return false;
  return mentions.every((mention) => {
    const choice = assignment.choices.get(mention);
    if (choice === undefined || choice.kind === 'value') return true;
    const best = mention.names[0]?.score ?? 0;
    return mention.names.some(
      (name) =>
        name.table === choice.table &&
        name.score >= best - NAME_MARGIN &&
        (choice.kind === 'table' || (name.kind === 'column' && name.column === choice.column)),
    );
  });
}

/** The table whose rows a query lists, or null where it lists something of them. */
function entityOf({ query, assignment }: Reading): TableModel | null {
  if (query.starOf !== null) return query.starOf;
  const [first, ...others] = query.select.map(({ expression }) => columnOf(expression));
  if (first == null || others.some((column) => column?.table !== first.table)) return null;
  const choices = [...assignment.choices.values()];
  const isColumn = choices.some((choice) => choice.kind === 'column' && choice.column === first);
  const isTable = choices.some((choice) => choice.kind === 'table' && choice.table === first.table);
  return isTable && !isColumn ? first.table : null;
}

function columnOf(expression: Expression) {
  return expression.kind === 'column' && expression.column.procedure === null
    ? expression.column
    : null;
}

const SPAN = /\b\d+\s+(?:day|week|month|year|hour|minute)s?\b/i;

/** "older than 2 years" compared with some number that counts no time. */
function hasLostUnit(text: string, { where }: LogicalQuery): boolean {
  if (!SPAN.test(text)) return false;
  return where.some(({ kind, ...predicate }) => {
    const left =
      kind === 'compare' && 'left' in predicate ? columnOf(predicate.left as Expression) : null;
    return (
      left !== null &&
      left.kind === 'number' &&
      !left.words.some((word) =>
        /^(age|day|week|month|year|hour|minute|duration|length|time)$/.test(word),
      )
    );
  });
}

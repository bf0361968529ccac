import type { Mention } from '../grounding/link.ts';
import { linkMentions } from '../grounding/link.ts';
import type { ColumnModel, SchemaModel, TableModel } from '../grounding/schema-model.ts';
import { tokenize } from '../language/tokenize.ts';

/** A table as a model is told about it, with the columns that may matter, in their order. */
export interface RelevantTable {
  readonly table: TableModel;
  readonly columns: readonly ColumnModel[];
  /** Columns that were left out. */
  readonly omittedCount: number;
}

/** The part of a schema that a question is likely to need. */
export interface RelevantSchema {
  /** Most relevant first. */
  readonly tables: readonly RelevantTable[];
  /** Tables that were left out. */
  readonly omittedCount: number;
  /** Phrases of the question that are stored values, with their stored spelling. */
  readonly values: readonly { text: string; column: ColumnModel; value: string }[];
}

export interface RelevantSchemaOptions {
  /** Characters the printed schema may take; about four make a token. */
  readonly charactersMax: number;
  /** SQL of related questions: the tables they read are wanted too. */
  readonly relatedSql?: readonly string[];
}

const COLUMN_CHARACTERS = 42;
const TABLE_CHARACTERS = 60;
/** A table of at most this many columns is shown whole. */
const WHOLE_COLUMNS_MAX = 24;
const VALUES_PER_PHRASE = 3;

/**
 * Chooses tables and columns for a question: those its words name or whose values it spells, the
 * tables on the key paths between them, then their neighbours, as far as the budget goes.
 */
export function relevantSchema(
  question: string,
  model: SchemaModel,
  { charactersMax, relatedSql = [] }: RelevantSchemaOptions,
): RelevantSchema {
  const mentions = linkMentions(question, tokenize(question), model);
  const scores = scoreTables(mentions, model, relatedSql);
  const wanted = scoreColumns(mentions);
  const order = orderTables(scores, model);
  const tables: RelevantTable[] = [];
  let left = charactersMax;
  for (const table of order) {
    const columns = chooseColumns(table, wanted);
    const cost = TABLE_CHARACTERS + columns.length * COLUMN_CHARACTERS;
    // The most relevant table is shown whatever it takes: without it there is nothing to ask.
    if (tables.length > 0 && cost > left) continue;
    left -= cost;
    tables.push({ table, columns, omittedCount: table.columns.length - columns.length });
  }
  return {
    tables,
    omittedCount: model.tables.length - tables.length,
    values: mentionedValues(mentions),
  };
}

function scoreTables(
  mentions: readonly Mention[],
  model: SchemaModel,
  relatedSql: readonly string[],
): number[] {
  const scores = model.tables.map(() => 0);
  const raise = (table: TableModel, score: number) => {
    scores[table.id] = (scores[table.id] ?? 0) + score;
  };
  for (const { names, values } of mentions) {
    const best = new Map<TableModel, number>();
    const note = (table: TableModel, score: number) =>
      best.set(table, Math.max(best.get(table) ?? 0, score));
    for (const name of names) note(name.table, name.score * (name.kind === 'table' ? 1.5 : 1));
    for (const { column, score } of values) note(column.table, score);
    for (const [table, score] of best) raise(table, score);
  }
  const related = relatedSql.join(' ').toLowerCase();
  for (const table of model.tables) {
    if (related.includes(table.table.name.toLowerCase())) raise(table, 0.8);
  }
  return scores;
}

function scoreColumns(mentions: readonly Mention[]): ReadonlyMap<ColumnModel, number> {
  const scores = new Map<ColumnModel, number>();
  const note = (column: ColumnModel, score: number) =>
    scores.set(column, Math.max(scores.get(column) ?? 0, score));
  for (const { names, values } of mentions) {
    for (const name of names) if (name.kind === 'column') note(name.column, name.score);
    for (const { column, score } of values) note(column, score);
  }
  return scores;
}

/** Named tables by score, the tables that connect them, their neighbours, then the rest. */
function orderTables(scores: readonly number[], model: SchemaModel): readonly TableModel[] {
  const scoreOf = (table: TableModel) => scores[table.id] ?? 0;
  const byScore = [...model.tables].sort((a, b) => scoreOf(b) - scoreOf(a) || a.id - b.id);
  const best = scoreOf(byScore[0] as TableModel);
  const named = byScore.filter((table) => scoreOf(table) > Math.max(0.5, best * 0.3)).slice(0, 12);
  const chosen = new Set(named);
  for (const [index, table] of named.slice(0, 5).entries()) {
    for (const target of named.slice(index + 1, 5)) {
      for (const edge of model.keys.path(table, target) ?? []) chosen.add(edge.from).add(edge.to);
    }
  }
  for (const table of named.slice(0, 3)) {
    for (const edge of model.keys.edgesOf(table)) chosen.add(edge.from).add(edge.to);
  }
  for (const table of byScore) chosen.add(table);
  return [...chosen];
}

function chooseColumns(
  table: TableModel,
  wanted: ReadonlyMap<ColumnModel, number>,
): readonly ColumnModel[] {
  if (table.columns.length <= WHOLE_COLUMNS_MAX) return table.columns;
  const rank = (column: ColumnModel): number =>
    (wanted.get(column) ?? 0) * 2 +
    (column === table.key || column.isForeignKey ? 1.5 : 0) +
    (table.labels.includes(column) ? 1.2 : 0) +
    (column.isMeasure ? 0.2 : 0);
  const chosen = new Set(
    [...table.columns].sort((a, b) => rank(b) - rank(a) || a.id - b.id).slice(0, WHOLE_COLUMNS_MAX),
  );
  return table.columns.filter((column) => chosen.has(column));
}

function mentionedValues(mentions: readonly Mention[]): RelevantSchema['values'] {
  return mentions.flatMap(({ text, values }) =>
    values
      .filter(({ score, match }) => score >= 0.7 && match !== 'word')
      .slice(0, VALUES_PER_PHRASE)
      .map(({ column, value }) => ({ text, column, value })),
  );
}

import type { CatalogSnapshot, CatalogTable } from '../catalog.ts';
import { quoteName, quoteText } from '../compile/sql.ts';
import type { SchemaModel } from '../grounding/schema-model.ts';
import { schemaModel } from '../grounding/schema-model.ts';
import { isMisspelled } from '../grounding/word-similarity.ts';
import { lemma } from '../language/lemma.ts';
import type { Plan, PlanOutcome } from '../plan.ts';
import type { PlanRequestInput } from '../plan-request.ts';
import { semanticTable } from '../semantics/semantic-model.ts';
import type { SchemaQuestion } from './read-schema-question.ts';
import { readSchemaQuestion } from './read-schema-question.ts';
import { suggestQuestions } from './suggest-questions.ts';

const EXAMPLES_MAX = 12;

type Cell = string | number | null;

const SUGGESTIONS_MAX = 5;

type ListedQuestion = Exclude<SchemaQuestion, { kind: 'unknown' }>;

interface Listing {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** What the rows are, for people: "{rowCount} tables". */
  readonly template: string;
}

/**
 * Plans a question about the database itself: its tables, their columns, its procedures, or what can
 * be asked. The answer comes from the snapshot, which has only what the asker may see, written out as
 * rows: such a plan reads no table. Null for a question about rows.
 */
export function planSchemaQuestion(input: PlanRequestInput): PlanOutcome | null {
  const { request, catalog, now } = input;
  const model = schemaModel(catalog, now);
  const question = readSchemaQuestion(request, model);
  if (question === null) return null;
  if (question.kind === 'unknown') return unknownTable(question.name, model);
  const listing = listingOf(question, input);
  if (listing.rows.length === 0) {
    const reason = `There are no ${question.kind} to tell of in this database.`;
    return { status: 'refused', reason, unknownWords: [], suggestions: [] };
  }
  return { status: 'planned', plan: listingPlan(request, question, listing), alternatives: [] };
}

/** Columns of what is no table: the word is named, with the tables that are called nearly so. */
function unknownTable(name: string, { names, tables }: SchemaModel): PlanOutcome {
  const called = new Set(tables.map(({ table }) => table.name));
  const nearest = names.nearest(lemma(name.toLowerCase()), SUGGESTIONS_MAX);
  return {
    status: 'refused',
    reason: `No table is called "${name}".`,
    unknownWords: [name],
    suggestions: nearest.filter((label) => called.has(label)),
  };
}

function listingOf(question: ListedQuestion, { catalog, now }: PlanRequestInput): Listing {
  switch (question.kind) {
    case 'tables':
      return tablesOf(catalog);
    case 'columns':
      return columnsOf(question.table.table, catalog);
    case 'procedures':
      return proceduresOf(catalog);
    case 'examples': {
      const questions = suggestQuestions({ catalog, now, typed: '', countMax: EXAMPLES_MAX });
      const rows = questions.map((text) => [text]);
      return { columns: ['question'], rows, template: 'For example:' };
    }
  }
}

function tablesOf(catalog: CatalogSnapshot): Listing {
  const rows = catalog.tables.map((table): readonly Cell[] => [
    table.schema === 'main' ? table.name : `${table.schema}.${table.name}`,
    table.kind,
    table.rowCount,
    semanticTable(catalog.semantics, table)?.description ?? table.comment,
  ]);
  return { columns: ['name', 'kind', 'rows', 'description'], rows, template: tally(rows, 'table') };
}

function columnsOf(table: CatalogTable, catalog: CatalogSnapshot): Listing {
  const semantics = semanticTable(catalog.semantics, table);
  const rows = table.columns.map(({ name, type, comment }): readonly Cell[] => {
    const description = semantics?.columns.find((column) => column.name === name)?.description;
    return [name, type, keyOf(name, table, catalog), description ?? comment];
  });
  const metrics = (semantics?.metrics ?? []).map(
    ({ name, expression, description }): readonly Cell[] => [
      name,
      `computed as ${expression}`,
      null,
      description,
    ],
  );
  return {
    columns: ['column', 'type', 'key', 'description'],
    rows: [...rows, ...metrics],
    template: `${table.name} has ${tally(rows, 'column')}`,
  };
}

function keyOf(name: string, table: CatalogTable, { keys }: CatalogSnapshot): string | null {
  const key = keys.find(
    ({ from }) =>
      from.schema === table.schema && from.table === table.name && from.columns.includes(name),
  );
  const isPrimary = table.primaryKey?.includes(name) ?? false;
  const refers = key === undefined ? null : `refers to ${key.to.table}`;
  return (
    [isPrimary ? 'primary key' : null, refers].filter((part) => part !== null).join(', ') || null
  );
}

function proceduresOf({ procedures }: CatalogSnapshot): Listing {
  const rows = procedures.map(({ name, parameters, returns, writes, comment }): readonly Cell[] => [
    name,
    parameters.map((parameter) => `${parameter.name} ${parameter.type}`).join(', '),
    returns,
    writes === undefined ? 'reads' : 'writes',
    comment,
  ]);
  return {
    columns: ['name', 'parameters', 'returns', 'access', 'description'],
    rows,
    template: tally(rows, 'procedure'),
  };
}

function tally(rows: readonly unknown[], noun: string): string {
  return rows.length === 1 ? `1 ${noun}.` : `{rowCount} ${noun}s.`;
}

function listingPlan(request: string, question: ListedQuestion, listing: Listing): Plan {
  // A column without any value, as where nothing was described, would only take space.
  const shown = listing.columns
    .map((name, index) => ({ name, index }))
    .filter(({ index }) => listing.rows.some((row) => row[index] !== null));
  const rows = listing.rows.map((row) => shown.map(({ index }) => print(row[index] ?? null)));
  const names = shown.map(({ name }) => quoteName(name)).join(', ');
  const values = rows.map((row) => `(${row.join(', ')})`).join(', ');
  const isNumber = (index: number) => listing.rows.some((row) => typeof row[index] === 'number');
  return {
    request,
    tasks: [
      {
        kind: 'query',
        id: 'task1',
        title: TITLES[question.kind],
        dependsOn: [],
        sql: `SELECT * FROM (VALUES ${values}) AS ${quoteName(question.kind)}(${names})`,
        columns: shown.map(({ name, index }) => ({
          name,
          type: isNumber(index) ? 'BIGINT' : 'VARCHAR',
        })),
      },
    ],
    answer: { kind: 'answer', from: 'task1', shape: 'table', template: listing.template },
    assumptions: question.kind === 'columns' ? misspelled(question) : [],
    grounding:
      question.kind === 'columns'
        ? [{ text: question.name, meaning: question.table.table.name }]
        : [],
  };
}

/** "custmers" for `customers`: what was guessed has to be told. */
function misspelled({ name, table }: Extract<SchemaQuestion, { kind: 'columns' }>): string[] {
  const word = lemma(name.toLowerCase());
  const isGuess = table.words.some((own) => isMisspelled(word, own));
  return isGuess ? [`"${name}" read as ${table.table.name}`] : [];
}

const TITLES = {
  tables: 'List the tables',
  columns: 'List the columns',
  procedures: 'List the procedures',
  examples: 'List questions that can be asked',
} as const;

function print(cell: Cell): string {
  if (cell === null) return 'NULL';
  return typeof cell === 'number' ? String(cell) : quoteText(cell);
}

import type { CatalogSnapshot } from './catalog.ts';
import { pairNames } from './compile/sql.ts';
import { beyondData } from './decompose/beyond-data.ts';
import { assumptionsOf } from './explain/assumptions-of.ts';
import { describeReading } from './explain/describe-reading.ts';
import { groundingOf } from './explain/grounding-of.ts';
import { isPointInTime } from './grounding/column-role.ts';
import type { ColumnModel, SchemaModel } from './grounding/schema-model.ts';
import { schemaModel } from './grounding/schema-model.ts';
import type { Interpretation, Reading } from './interpret.ts';
import { interpret } from './interpret.ts';
import { danglingPronoun } from './parse/dangling.ts';
import type { Plan, PlanColumn, PlanOutcome } from './plan.ts';
import { planDirectCall } from './procedures/direct-call.ts';
import { procedureOf, procedureTasks } from './procedures/tasks.ts';
import type { LogicalQuery } from './query/logical.ts';
import { keyLookup } from './resolve/key-lookup.ts';
import type { Features } from './score/features.ts';
import type { Judgement } from './score/judge.ts';
import { judgeByRows, judgeByWords } from './score/judge.ts';
import type { ProbedRows } from './score/probe.ts';
import { planWrite } from './writes/plan-write.ts';

export interface PlanRequestInput {
  /** What the person asked, in English. */
  readonly request: string;
  readonly catalog: CatalogSnapshot;
  /** The ISO instant that counts as now. */
  readonly now: string;
}

/**
 * Plans a request over a database: a validated plan with alternatives, a question back, or a
 * refusal that names the words nothing answers to. Pure; the same input gives the same outcome.
 */
export function planRequest(input: PlanRequestInput): PlanOutcome {
  return prepareRequest(input).decide([]);
}

/** A request that has been read; what its readings return helps to choose among them. */
export interface PreparedRequest {
  /** Statements to run, each for at most `probeRowsMax` rows and one more; often none. */
  readonly probes: readonly string[];
  /** Decides by the rows of each probe, null where one failed; an empty list decides without. */
  decide(probed: readonly (ProbedRows | null)[]): PlanOutcome;
}

/** Readings that are run before one is chosen. */
const PROBES_MAX = 3;
/** Rows of the tables a probe may read; beyond, words alone decide. */
const PROBED_TABLE_ROWS_MAX = 3_000_000;

/** Reads a request; pure, and so is the decision: the same rows give the same outcome. */
export function prepareRequest({ request, catalog, now }: PlanRequestInput): PreparedRequest {
  const write = planWrite({ request, catalog, now });
  if (write !== null) return { probes: [], decide: () => write };
  const call = planDirectCall(request, catalog);
  if (call !== null) {
    return { probes: [], decide: () => ({ status: 'planned', plan: call, alternatives: [] }) };
  }
  const model = schemaModel(catalog, now);
  const beyond = beyondData(request, model);
  if (beyond !== null) {
    const refused = {
      status: 'refused',
      reason: beyond,
      unknownWords: [],
      suggestions: [],
    } as const;
    return { probes: [], decide: () => refused };
  }
  const interpretation = interpret(request, model, now);
  const candidates = interpretation.readings.slice(0, PROBES_MAX);
  const isWorthwhile =
    interpretation.unknown.length === 0 && candidates.every(({ query }) => isCheap(query));
  return {
    probes: isWorthwhile ? candidates.map(({ sql }) => sql) : [],
    decide: (probed) => {
      const { readings } = interpretation;
      const judged = probed.length === 0 ? judgeByWords(readings) : judgeByRows(readings, probed);
      return decide(request, model, interpretation, judged);
    },
  };
}

function isCheap(query: LogicalQuery): boolean {
  const tables = [query.from.root, ...query.from.joins.map(({ table }) => table)];
  const rows = tables.reduce((sum, { table }) => sum + table.rowCount, 0);
  return procedureOf(query) === null && rows <= PROBED_TABLE_ROWS_MAX;
}

function decide(
  request: string,
  model: SchemaModel,
  interpretation: Interpretation,
  readings: readonly (Reading & Judgement)[],
): PlanOutcome {
  const [best, ...others] = readings;
  if (best === undefined && CHANGES.test(request.trim())) return noHistory(interpretation, model);
  const unknownWords = interpretation.unknown.map(({ text }) => text);
  const { question = '', readings: open = [] } = interpretation.open ?? {};
  if (best === undefined && unknownWords.length === 0 && open.length > 0) {
    const options = open.map(({ label, reading }) => ({
      label,
      plan: planReading(request, interpretation, reading),
    }));
    const [only, other] = options;
    if (only !== undefined && other === undefined) {
      const assumptions = [`ranked ${only.label}`, ...only.plan.assumptions];
      return { status: 'planned', plan: { ...only.plan, assumptions }, alternatives: [] };
    }
    return { status: 'clarify', question, options };
  }
  const pronoun = danglingPronoun(interpretation.tokens, interpretation.mentions);
  if (pronoun !== null) {
    const reason = `Nothing that was said before answers to "${pronoun}"; say what is meant by it.`;
    return refusal(interpretation, model, reason);
  }
  if (best === undefined || unknownWords.length > 0) {
    return refusal(interpretation, model, unknownReason(unknownWords, interpretation.lostWord));
  }
  if (!best.isPlausible) {
    return refusal(
      interpretation,
      model,
      'The request may mean more than this database can be asked about; put it in other words.',
    );
  }
  if (best.confidence < best.floor) {
    const distinct = others.filter(({ isRepeated }) => !isRepeated);
    const options = [best, ...distinct]
      .slice(0, OPTIONS_MAX)
      .map((reading) => optionOf(request, interpretation, reading));
    const [only, other] = options;
    if (only !== undefined && other === undefined) {
      // Nobody can choose among one.
      const reason = `The request may mean ${only.label}, which is not certain enough to answer; put it in other words.`;
      return refusal(interpretation, model, reason);
    }
    return { status: 'clarify', question: 'Is one of these meant?', options };
  }
  return {
    status: 'planned',
    plan: planReading(request, interpretation, best),
    alternatives: others.map((reading) => planReading(request, interpretation, reading)),
  };
}

function optionOf(request: string, interpretation: Interpretation, reading: Reading) {
  const plan = planReading(request, interpretation, reading);
  return { label: describeReading(reading), plan };
}

const OPTIONS_MAX = 3;
/** Asks what is different from before, of no rows in particular. */
const CHANGES =
  /^(?:(?:show|tell) me )?what(?:'s| is| has| have|'ve)? (?:changed|happened|(?:is |are )?(?:new|different))\b/i;

/** A database has what is, not what was: such a question is refused with the dates that there are. */
function noHistory(interpretation: Interpretation, model: SchemaModel): PlanOutcome {
  const reason =
    'The database does not keep what was there before. Ask for rows by one of their dates instead.';
  const dates = model.columns
    .filter((column) => isPointInTime(column) && !column.words.includes('birth'))
    .map(({ table, column }) => `${table.table.name}.${column.name}`);
  const suggestions = dates.slice(0, SUGGESTIONS_MAX);
  return { ...refusal(interpretation, model, reason), unknownWords: [], suggestions };
}

const SUGGESTIONS_MAX = 5;

/** Unknown words that a refusal spells out, and letters of each. */
const NAMED_WORDS_MAX = 12;
const NAMED_LETTERS_MAX = 60;

function unknownReason(words: readonly string[], lostWord: string | null): string {
  if (words.length === 0 && lostWord !== null) {
    return `It is not clear what "${lostWord}" is about in this database; say the column or the thing that is meant.`;
  }
  if (words.length === 0) return 'The request could not be turned into a query over this database.';
  const named = words.slice(0, NAMED_WORDS_MAX).map((word) => `"${cut(word)}"`);
  const others = words.length - named.length;
  const rest = others === 0 ? '' : ` and ${others} more words`;
  return `Nothing in the database answers to ${named.join(', ')}${rest}.`;
}

function cut(word: string): string {
  const letters = [...word];
  const isLong = letters.length > NAMED_LETTERS_MAX;
  return isLong ? `${letters.slice(0, NAMED_LETTERS_MAX).join('')}…` : word;
}

function refusal(
  { unknown }: Interpretation,
  model: SchemaModel,
  reason: string,
): Extract<PlanOutcome, { status: 'refused' }> {
  return {
    status: 'refused',
    reason,
    unknownWords: unknown.map(({ text }) => text),
    suggestions: [...new Set(unknown.flatMap(({ lemma }) => model.names.nearest(lemma, 3)))].slice(
      0,
      SUGGESTIONS_MAX,
    ),
  };
}

/** A reading as SQL with what it was judged by. */
export interface RankedReading {
  readonly sql: string;
  readonly confidence: number;
  readonly features: Features;
  readonly score: number;
}

/** Every reading of a request, best first, answered or not; for evaluation and for learning. */
export function readRequest({ request, catalog, now }: PlanRequestInput): {
  readonly readings: readonly RankedReading[];
  readonly unknownWords: readonly string[];
} {
  const { readings, unknown } = interpret(request, schemaModel(catalog, now), now);
  return { readings, unknownWords: unknown.map(({ text }) => text) };
}

/** The plan of one reading of a request. */
export function planReading(
  request: string,
  interpretation: Interpretation,
  reading: Reading,
): Plan {
  const result = procedureOf(reading.query);
  if (result !== null) return procedurePlan(request, interpretation, reading, result);
  const columns = planColumns(reading);
  const isAggregate =
    reading.query.computed !== undefined ||
    reading.query.isCounted ||
    (reading.query.groupBy.length === 0 &&
      reading.query.select.some(({ expression }) => expression.kind === 'aggregate'));
  return {
    request,
    tasks: [
      {
        kind: 'query',
        id: 'task1',
        title: request
          .replace(/\s+/g, ' ')
          .trim()
          .replace(/[?.!]+$/, ''),
        dependsOn: [],
        sql: reading.sql,
        columns,
      },
    ],
    answer: {
      kind: 'answer',
      from: 'task1',
      shape:
        isAggregate && columns.length === 1
          ? 'scalar'
          : columns.length === 1
            ? 'list'
            : reading.query.limit === 1
              ? 'row'
              : 'table',
      template: null,
      ...emptySentence(reading.query),
    },
    assumptions: [...assumptionsOf(interpretation, reading)],
    grounding: groundingOf(interpretation, reading),
  };
}

/** "No row of orders has order_id 99": what was looked for is said where it is not there. */
function emptySentence(query: LogicalQuery): { readonly whenEmpty?: string } {
  const lookup = keyLookup(query);
  if (lookup === null) return {};
  const { column, value } = lookup;
  return { whenEmpty: `No row of ${column.table.table.name} has ${column.column.name} ${value}.` };
}

function procedurePlan(
  request: string,
  interpretation: Interpretation,
  reading: Reading,
  result: ColumnModel,
): Plan {
  const { tasks, assumptions } = procedureTasks(reading.query, result, {
    rows: rowsTitle(interpretation, reading),
    result: resultTitle(reading, result),
  });
  const last = tasks.at(-1);
  return {
    request,
    tasks: [...tasks],
    answer: { kind: 'answer', from: last?.id ?? 'task1', shape: 'table', template: null },
    assumptions: [...assumptions],
    grounding: groundingOf(interpretation, reading),
  };
}

function resultTitle(reading: Reading, result: ColumnModel): string {
  const named = reading.query.select.find(({ alias }) => alias !== null);
  return named?.alias ?? result.column.name.replaceAll('_', ' ');
}

/** The rows a plan starts from in the request's own words: "platinum customers". */
function rowsTitle({ frame, mentions }: Interpretation, { assignment, query }: Reading): string {
  const tables = new Set([query.from.root, ...query.from.joins.map(({ table }) => table)]);
  const spoken = mentions.filter((mention) => {
    const choice = assignment.choices.get(mention);
    const isEntity = choice?.kind === 'table' && tables.has(choice.table);
    const isValue = frame.conditions.some(
      (condition) =>
        condition.kind === 'value' && condition.values.some((value) => value.mention === mention),
    );
    return isEntity || isValue;
  });
  const words = spoken.map(({ text }) => text).join(' ');
  return words === '' ? query.from.root.table.name : words;
}

function planColumns(reading: Reading): PlanColumn[] {
  const { query } = reading;
  if (query.computed?.operator === 'both') {
    const { left, right } = query.computed;
    return [left, right].map(({ from }) => ({ name: from.root.table.name, type: 'BIGINT' }));
  }
  if (query.computed?.operator === 'change') {
    return ['before', 'after', 'change', 'change_percent'].map((name) => ({
      name,
      type: 'DOUBLE',
    }));
  }
  if (/^(more|fewer)$/.test(query.computed?.operator ?? '')) {
    return [{ name: 'answer', type: 'BOOLEAN' }];
  }
  if (query.computed !== undefined) return [{ name: query.computed.operator, type: 'DOUBLE' }];
  if (query.isExistence !== undefined) return [{ name: 'answer', type: 'BOOLEAN' }];
  if (query.pairedBy !== undefined) return pairColumns(query, query.pairedBy);
  if (query.isCounted) return [{ name: 'count', type: 'BIGINT' }];
  if (query.starOf !== null) {
    return query.starOf.columns.map(({ column }) => ({ name: column.name, type: column.type }));
  }
  return query.select.map(({ expression, alias }) => {
    if (query.summarizedBy !== undefined && alias === 'figure') {
      return { name: query.summarizedBy, type: null };
    }
    if (expression.kind === 'column') {
      return { name: alias ?? expression.column.column.name, type: expression.column.column.type };
    }
    return { name: alias ?? 'value', type: null };
  });
}

function pairColumns({ from }: LogicalQuery, by: ColumnModel): PlanColumn[] {
  const labels = pairNames.flatMap((side) =>
    from.root.labels.map(({ column }) => ({ name: `${side}_${column.name}`, type: column.type })),
  );
  return [...labels, { name: by.column.name, type: by.column.type }];
}

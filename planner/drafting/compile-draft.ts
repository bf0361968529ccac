import type { CatalogSnapshot } from '../catalog.ts';
import { quoteName, quoteText } from '../compile/sql.ts';
import type { Plan, PlanOutcome, Task } from '../plan.ts';
import { validatePlan } from '../validate/validate-plan.ts';
import type { WriteInput } from '../writes/plan-write.ts';
import type { Draft, DraftTask } from './draft.ts';
import { draftedWrite } from './drafted-write.ts';
import { findProcedure } from './find-procedure.ts';

/** What a draft comes to: an outcome, or problems to be told to whoever wrote it. */
export type CompiledDraft =
  | { readonly status: 'outcome'; readonly outcome: PlanOutcome }
  | { readonly status: 'invalid'; readonly problems: readonly string[] };

const TASKS_MAX = 12;
const TEXT_MAX = 400;

/** Compiles a draft to a validated plan, a question back or a refusal. */
export function compileDraft(draft: Draft, { request, catalog, now }: WriteInput): CompiledDraft {
  switch (draft.outcome) {
    case 'refuse':
      return {
        status: 'outcome',
        outcome: {
          status: 'refused',
          reason: shorten(draft.message) || 'The model found nothing that answers the question.',
          unknownWords: [],
          suggestions: [],
        },
      };
    case 'ask':
      return compileOptions(draft, request);
    case 'plan':
      return compilePlan(draft, { request, catalog, now });
    default:
      return draft.outcome satisfies never;
  }
}

function compileOptions(draft: Draft, request: string): CompiledDraft {
  const options = (draft.options ?? [])
    .filter(({ sql }) => sql.trim() !== '')
    .slice(0, 5)
    .map(({ label, sql }) => ({
      label: shorten(label) || 'this reading',
      plan: planOf(request, [sqlTask('task1', label, sql, [])], []),
    }));
  if (options.length === 0) {
    return { status: 'invalid', problems: ['options: asking back needs options with their SQL'] };
  }
  const question = shorten(draft.message) || 'Is one of these meant?';
  return { status: 'outcome', outcome: { status: 'clarify', question, options } };
}

function compilePlan(draft: Draft, input: WriteInput): CompiledDraft {
  const { request, catalog } = input;
  const drafted = draft.tasks ?? [];
  const problems: string[] = [];
  if (drafted.length === 0) problems.push('tasks: a plan needs at least one task');
  if (drafted.length > TASKS_MAX) problems.push(`tasks: at most ${TASKS_MAX}`);
  const tasks: Task[] = [];
  // Whatever the model called its tasks, a plan numbers them; `renamed` keeps references right.
  const renamed = new Map<string, string>();
  for (const [index, item] of drafted.slice(0, TASKS_MAX).entries()) {
    const id = `task${index + 1}`;
    const title = shorten(item.title) || shorten(request);
    const task =
      item.kind === 'write'
        ? draftedWrite(item, { id, title, ...input })
        : item.kind === 'call'
          ? compileCall(item, { id, title, renamed, catalog })
          : compileSql(item, { id, title, renamed });
    if (typeof task === 'string') problems.push(`tasks.${index}: ${task}`);
    else tasks.push(task);
    if (item.id !== '') renamed.set(item.id.toLowerCase(), id);
    renamed.set(id, id);
  }
  if (problems.length > 0) return { status: 'invalid', problems };
  const assumptions = (draft.assumptions ?? []).map(shorten).filter((text) => text !== '');
  const plan = planOf(request, tasks, assumptions.slice(0, 8));
  const invalid = validatePlan(plan);
  if (invalid.length > 0) return { status: 'invalid', problems: invalid };
  return { status: 'outcome', outcome: { status: 'planned', plan, alternatives: [] } };
}

interface TaskPlace {
  readonly id: string;
  readonly title: string;
  readonly renamed: ReadonlyMap<string, string>;
}

function compileSql(item: DraftTask, { id, title, renamed }: TaskPlace): Task | string {
  const sql = (item.sql ?? '').trim().replace(/(\s*;)+$/, '');
  if (sql === '') return 'a task of kind sql needs its SELECT in "sql"';
  return sqlTask(id, title, sql, referencesOf(sql, renamed));
}

/** Ids of earlier tasks that a statement names. Ids the model gave itself are kept only as task ids. */
function referencesOf(sql: string, renamed: ReadonlyMap<string, string>): string[] {
  const words = new Set(
    sql.replace(/'(?:[^']|'')*'/g, "''").match(/[A-Za-z_][A-Za-z0-9_]*/g) ?? [],
  );
  const ids = [...renamed.values()].filter((id) => words.has(id));
  return [...new Set(ids)];
}

function compileCall(
  item: DraftTask,
  { id, title, renamed, catalog }: TaskPlace & { readonly catalog: CatalogSnapshot },
): Task | string {
  const input = renamed.get((item.input ?? '').toLowerCase());
  if (input === undefined) return 'a call needs "input", the id of an earlier task';
  const procedure = findProcedure(item.procedure ?? '', catalog);
  if (procedure === null) {
    const known = catalog.procedures.map(({ name }) => name).join(', ');
    return `there is no procedure ${item.procedure ?? ''}; there is ${known || 'none'}`;
  }
  if (procedure.writes !== undefined) {
    return `${procedure.name} writes: it is called by a task of kind write, where the question asks for that`;
  }
  const given = item.arguments ?? [];
  const bound: { parameter: string; expression: string }[] = [];
  for (const parameter of procedure.parameters) {
    const argument = given.find(
      (candidate) => candidate.parameter.toLowerCase() === parameter.name.toLowerCase(),
    );
    if (argument === undefined) {
      if (parameter.hasDefault) continue;
      return `${procedure.name} needs an argument for ${parameter.name} ${parameter.type}`;
    }
    bound.push({ parameter: parameter.name, expression: argumentText(argument, input) });
  }
  const stranger = given.find(
    ({ parameter }) =>
      !procedure.parameters.some(({ name }) => name.toLowerCase() === parameter.toLowerCase()),
  );
  if (stranger !== undefined) return `${procedure.name} has no parameter ${stranger.parameter}`;
  const name =
    procedure.schema === 'main'
      ? quoteName(procedure.name)
      : `${quoteName(procedure.schema)}.${quoteName(procedure.name)}`;
  const list = bound
    .map(({ parameter, expression }) => `${quoteName(parameter)} := ${expression}`)
    .join(', ');
  const resultColumn = procedure.name;
  return {
    kind: 'call',
    id,
    title,
    dependsOn: [input],
    sql: `SELECT ${input}.*, ${name}(${list}) AS ${quoteName(resultColumn)} FROM ${input}`,
    columns: [{ name: resultColumn, type: procedure.returns }],
    call: { procedure: procedure.name, arguments: bound, resultColumn },
  };
}

function argumentText(
  { column, value }: NonNullable<DraftTask['arguments']>[number],
  input: string,
): string {
  // Only a name or a constant: an expression would be free SQL that nobody marked.
  if (column !== null) return `${input}.${quoteName(column.replace(/^.*\./, ''))}`;
  if (value === null) return 'NULL';
  return typeof value === 'string' ? quoteText(value) : String(value);
}

function sqlTask(id: string, title: string, sql: string, dependsOn: string[]): Task {
  return { kind: 'sql', id, title: shorten(title) || 'Answer', dependsOn, sql, columns: [] };
}

function planOf(request: string, tasks: Task[], assumptions: string[]): Plan {
  return {
    request,
    tasks,
    answer: { kind: 'answer', from: tasks.at(-1)?.id ?? 'task1', shape: 'list', template: null },
    assumptions,
    grounding: [],
  };
}

/** One line of bounded length: a model's text is shown to people and must not flood them. */
function shorten(text: string | null): string {
  const line = (text ?? '').replace(/\s+/g, ' ').trim();
  return line.length <= TEXT_MAX ? line : `${line.slice(0, TEXT_MAX - 1)}…`;
}

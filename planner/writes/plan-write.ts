import type { CatalogSnapshot } from '../catalog.ts';
import type { SchemaModel } from '../grounding/schema-model.ts';
import { schemaModel } from '../grounding/schema-model.ts';
import type { Plan, PlanOutcome, Write } from '../plan.ts';
import { printWrite } from './print-write.ts';
import { readCall } from './read-call.ts';
import { readInsert } from './read-insert.ts';
import { readColumnWrite, readDeletion, readMark } from './read-row-write.ts';
import type { WriteForm } from './read-write-request.ts';
import { beginsWithChange, readWriteRequest } from './read-write-request.ts';

export interface WriteInput {
  readonly request: string;
  readonly catalog: CatalogSnapshot;
  readonly now: string;
}

/** What the parts of a reader have to work with. */
export interface WriteContext {
  readonly model: SchemaModel;
  readonly now: string;
}

/** A write that words may mean. */
export interface WriteReading {
  readonly write: Write;
  /** In a few words, for people who choose between readings. */
  readonly label: string;
  readonly assumptions: readonly string[];
  readonly grounding: Plan['grounding'];
}

/** What one form of a request comes to; null where its words do not fit it at all. */
export type WriteVerdict =
  | { readonly status: 'understood'; readonly reading: WriteReading }
  | { readonly status: 'several'; readonly readings: readonly WriteReading[] }
  | {
      readonly status: 'not-understood';
      readonly reason: string;
      readonly unknownWords: readonly string[];
      readonly suggestions: readonly string[];
      /** The words ask for just this, so that they are no question. */
      readonly isCertain?: boolean;
    };

/**
 * Whether the words of a request ask for a change, be it in words that nothing here understands. No
 * other request leads to one, whatever plans it.
 */
export function asksForWrite(input: WriteInput): boolean {
  return beginsWithChange(input.request) || planWrite(input) !== null;
}

/**
 * Plans a request for a change as one write task, asks back, or says what is not understood;
 * null where the request is a question after all.
 */
export function planWrite({ request, catalog, now }: WriteInput): PlanOutcome | null {
  const asked = readWriteRequest(request);
  if (asked === null) return null;
  const model = schemaModel(catalog, now);
  if (asked.isDefinition) {
    // Where a table is called "table", its rows are meant.
    const isRow = model.names
      .find(['table'])
      .some(({ kind, score }) => kind === 'table' && score > 0.9);
    if (!isRow) return definitionRefusal();
  }
  const verdicts = asked.forms.flatMap((form) => readForm(form, { model, now }) ?? []);
  const understood = verdicts.find(({ status }) => status === 'understood');
  if (understood?.status === 'understood') {
    const plan = planOf(request, understood.reading);
    return { status: 'planned', plan, alternatives: [] };
  }
  const several = verdicts.find(({ status }) => status === 'several');
  if (several?.status === 'several') {
    return {
      status: 'clarify',
      question: 'Which change is meant?',
      options: several.readings.map((reading) => ({
        label: reading.label,
        plan: planOf(request, reading),
      })),
    };
  }
  const failures = verdicts.filter((verdict) => verdict.status === 'not-understood');
  const failure = failures.find(({ isCertain }) => isCertain === true) ?? failures[0];
  if (!asked.isCertain && failure?.isCertain !== true) return null;
  const { reason, unknownWords, suggestions } = failure ?? NOTHING_FITS;
  return {
    status: 'refused',
    reason,
    unknownWords: [...unknownWords],
    suggestions: [...suggestions],
  };
}

const NOTHING_FITS = {
  reason:
    'A change is asked for, but not which one: say it like "set the <column> of <rows> to <value>" or "delete <rows>".',
  unknownWords: [],
  suggestions: [],
};

function readForm(form: WriteForm, context: WriteContext): WriteVerdict | null {
  switch (form.kind) {
    case 'insert':
      return readInsert(form.row, context);
    case 'call':
      return readCall(form, context);
    case 'column':
      return readColumnWrite(form, context);
    case 'mark':
      return readMark(form, context, false);
    case 'rename':
      return readMark(form, context, true);
    case 'delete':
      return readDeletion(form.rows, context);
  }
}

function planOf(request: string, { write, assumptions, grounding }: WriteReading): Plan {
  return {
    request,
    tasks: [
      {
        kind: 'write',
        id: 'task1',
        title: request.replace(/\s+/g, ' ').trim(),
        dependsOn: [],
        sql: printWrite(write),
        columns: [],
        write,
      },
    ],
    answer: { kind: 'answer', from: 'task1', shape: 'table', template: null },
    assumptions: [...assumptions],
    grounding: [...grounding],
  };
}

function definitionRefusal(): PlanOutcome {
  return {
    status: 'refused',
    reason:
      'Tables themselves are not changed by asking, only their rows; `heliosdb sql` runs such statements.',
    unknownWords: [],
    suggestions: [],
  };
}

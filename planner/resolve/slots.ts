import type { Mention } from '../grounding/link.ts';
import type { ColumnModel, SchemaModel, TableModel } from '../grounding/schema-model.ts';
import { lemma } from '../language/lemma.ts';
import { isLightVerb } from '../language/lexicon.ts';
import { isYear } from '../parse/dates.ts';
import type {
  Condition,
  Frame,
  Literal,
  Operand,
  Order,
  Projection,
  TimeGroup,
} from '../parse/frame.ts';
import { isDate, isYearly, storesNumber } from './column-values.ts';
import { directionFit } from './direction.ts';
import { fullNames } from './full-names.ts';
import { agesOf, countsTime, timeUnitOf } from './lasting.ts';
import type { Role } from './role.ts';
import { roleAdjustment } from './role.ts';
import {
  columnIn,
  dateScore,
  hinted,
  isDateChoice,
  isTimed,
  measuredScore,
  saysLess,
  valued,
} from './slot-scores.ts';

/** What a part of a frame may stand for. */
export type Choice =
  | { readonly kind: 'table'; readonly table: TableModel }
  | { readonly kind: 'column'; readonly column: ColumnModel; readonly table: TableModel }
  | {
      readonly kind: 'value';
      readonly column: ColumnModel;
      readonly table: TableModel;
      readonly value: string;
      /** `contains` matches a part of the stored values. */
      readonly match: 'equals' | 'contains';
    };

export interface Option {
  readonly choice: Choice;
  readonly score: number;
}

/** A part of the frame that needs a choice; `subject` identifies it in the assignment. */
export interface Slot {
  readonly subject: object;
  readonly options: readonly Option[];
  /** The mention whose table should agree with this choice. */
  readonly context: Mention | null;
  readonly contextWeight: number;
  /** One of the columns asked for as they are stored. */
  readonly isProjected: boolean;
}

/** Collects the slots of one frame; inner frames of negations and operands have their own. */
export function collectSlots(frame: Frame, model: SchemaModel): readonly Slot[] {
  const collector = new SlotCollector(model);
  for (const projection of frame.projections) collector.addProjection(projection);
  for (const mention of frame.related) collector.addMention(mention, 'entity', null);
  for (const group of frame.groups) {
    const names = sameNoun(group.mention, frame)?.names ?? group.mention.names;
    collector.addMention(group.mention, 'group', null, { names });
  }
  const [first] = frame.projections;
  const dated = first?.of ?? first?.mention ?? frame.related[0] ?? null;
  for (const group of frame.timeGroups) collector.addTimeGroup(group, dated);
  for (const order of frame.orders) collector.addOrder(order);
  if (frame.pairedBy !== null) collector.addMention(frame.pairedBy, 'compare', null);
  collector.directions = frame.directions;
  collector.people = fullNames(frame.conditions);
  for (const condition of frame.conditions) collector.addCondition(condition);
  return collector.slots;
}

/** "Product categories … in each category": the longer name that a noun takes up again. */
function sameNoun({ text, start }: Mention, { projections }: Frame): Mention | null {
  const noun = lemma(text.toLowerCase());
  const longer = projections.find(({ mention }) => {
    const words = mention?.text.toLowerCase().split(/\s+/) ?? [];
    return words.length > 1 && (mention?.end ?? 0) <= start && lemma(words.at(-1) ?? '') === noun;
  });
  return longer?.mention ?? null;
}

const OPTIONS_MAX = 30;
/** More than a join costs: the rows are meant that the key refers to. */
const KEY_LOSS = 0.4;

class SlotCollector {
  readonly slots: Slot[] = [];
  people: ReadonlyMap<Literal, ReadonlySet<ColumnModel>> = new Map();
  directions: Frame['directions'] = new Map();
  readonly #model: SchemaModel;
  readonly #seen = new Set<object>();

  constructor(model: SchemaModel) {
    this.#model = model;
  }

  addProjection(projection: Projection): void {
    const { aggregate, mention, of } = projection;
    if (mention !== null) {
      const counted = projection.isDistinct ? 'distinct' : 'count';
      const role = aggregate === null ? 'projection' : aggregate === 'count' ? counted : 'measure';
      this.addMention(mention, role, of, { isSummed: aggregate === 'sum' });
      if (projection.operation !== null)
        this.addMention(projection.operation.mention, 'measure', mention);
    } else if (projection.measures.length > 0) {
      this.#add(projection, this.#measured(projection.measures, 'any'), of, 0.2);
    }
  }

  addMention(
    mention: Mention,
    role: Role,
    context: Mention | null,
    { isSummed = false, names = mention.names } = {},
  ): void {
    // What is called exactly like a table is hardly meant as a column that refers to it.
    const isTable = mention.names.some(({ kind, score }) => kind === 'table' && score >= 0.95);
    // "Orders" are a noun, whatever else the word may be.
    const said = mention.text.toLowerCase();
    const isVerb = role === 'entity' && !said.endsWith('s') && isLightVerb(lemma(said));
    const options = names.map((candidate): Option => {
      const choice: Choice =
        candidate.kind === 'table'
          ? { kind: 'table', table: candidate.table }
          : {
              kind: 'column',
              column: isSummed ? this.#amountFor(candidate.column, mention) : candidate.column,
              table: candidate.table,
            };
      const isReference = candidate.kind === 'column' && candidate.column.isForeignKey;
      const isLoss =
        isTable &&
        ((role === 'entity' && candidate.kind === 'column') ||
          (role === 'projection' && isReference));
      const isKeyOnly = isTable && saysLess(mention, choice);
      const loss = isKeyOnly ? KEY_LOSS : isLoss ? 0.15 : 0;
      // "Lecturers who take part": which relation a verb tells of is for the joins to decide.
      const fit =
        isVerb && candidate.kind === 'table' ? (mention.names[0]?.score ?? 0) : candidate.score;
      return { choice, score: fit + roleAdjustment(role, choice) - loss };
    });
    const weight =
      role === 'compare' ? 0.14 : role === 'projection' ? 0.26 : role === 'quantity' ? 0.05 : 0.22;
    this.#add(mention, options, context, weight, role === 'projection');
  }

  /** What prices add up to where rows have quantities: the price of one piece is no amount. */
  #amountFor(column: ColumnModel, { text }: Mention): ColumnModel {
    if (/\bunit\b/i.test(text)) return column;
    return this.#model.metrics.find(({ lineAmount }) => lineAmount?.price === column) ?? column;
  }

  addTimeGroup(group: TimeGroup, context: Mention | null): void {
    const options = this.#dateColumns().filter(
      ({ choice }) =>
        group.grain !== 'hour' || (choice.kind === 'column' && choice.column.kind === 'timestamp'),
    );
    this.#add(group, options, context, 0.3);
  }

  addOrder(order: Order): void {
    if (order.mention !== null) {
      const isCount = order.aggregate === 'count' || order.isQuantity;
      const isSummed = order.aggregate === 'sum' || (isCount && order.aggregate === null);
      this.addMention(order.mention, isCount ? 'quantity' : 'order', order.near, { isSummed });
    } else if (order.measures.length > 0) {
      this.#add(order, this.#measured(order.measures, 'ranked'), order.near, 0.3);
    }
  }

  addCondition(condition: Condition): void {
    switch (condition.kind) {
      case 'compare':
        this.#addOperand(condition.operand);
        if (condition.mention !== null) {
          this.addMention(
            condition.mention,
            condition.aggregate === 'count' ? 'count' : 'compare',
            condition.near,
            { isSummed: condition.aggregate === 'sum' },
          );
        } else {
          this.#add(condition, this.#compared(condition), condition.near, 0.3);
        }
        return;
      case 'between':
        if (condition.mention !== null)
          this.addMention(condition.mention, 'compare', condition.near);
        else if (condition.measures.length > 0)
          this.#add(condition, this.#measured(condition.measures, 'ordered'), condition.near, 0.3);
        else this.#add(condition, this.#rangedColumns(condition), condition.near, 0.3);
        return;
      case 'value':
        for (const literal of condition.values) this.#addLiteral(literal, condition);
        return;
      case 'quantity':
        if (condition.mention !== null) {
          this.addMention(condition.mention, 'quantity', condition.near);
        }
        return;
      case 'pattern':
        if (condition.hint !== null) this.addMention(condition.hint, 'compare', condition.near);
        else this.#add(condition, this.#labels(condition.near), condition.near, 0.3);
        return;
      case 'missing':
        this.addMention(condition.mention, 'compare', condition.near);
        return;
      case 'recurring':
      case 'period':
        if (condition.mention !== null)
          this.addMention(condition.mention, 'compare', condition.near);
        else this.#add(condition, this.#dateColumns(condition.verb), condition.near, 0.3);
        return;
      case 'or':
      case 'and':
        for (const inner of condition.conditions) this.addCondition(inner);
        return;
      case 'current':
      case 'exists':
        return;
    }
  }

  #addOperand(operand: Operand): void {
    if (operand.kind !== 'mention') return;
    if (operand.of !== null) this.addMention(operand.of, 'compare', null);
    this.addMention(operand.mention, 'compare', operand.of);
  }

  #add(
    subject: object,
    options: readonly Option[],
    context: Mention | null,
    weight: number,
    isProjected = false,
  ): void {
    if (this.#seen.has(subject) || options.length === 0) return;
    this.#seen.add(subject);
    const sorted = [...options].sort((a, b) => b.score - a.score).slice(0, OPTIONS_MAX);
    this.slots.push({
      subject,
      options: sorted,
      context: context === subject ? null : context,
      contextWeight: weight,
      isProjected,
    });
  }

  #addLiteral(literal: Literal, said: Extract<Condition, { kind: 'value' }>): void {
    const { hint, near, verb } = said;
    const options =
      literal.kind === 'text'
        ? this.#textOptions(literal, hint, near)
        : literal.kind === 'number'
          ? this.#numberOptions(literal, hint, verb)
          : this.#dateColumns(verb).map(({ choice, score }) => ({
              choice: valued(choice, literal.text),
              score: score + hinted(choice, hint),
            }));
    const direction = this.directions.get(literal);
    const fitted =
      direction === undefined
        ? options
        : options.map(({ choice, score }) => ({
            choice,
            score: score + (choice.kind === 'table' ? 0 : directionFit(choice.column, direction)),
          }));
    // A verb that a date is named after says whose date it is; what stands near says nothing more.
    const isDated = fitted.some(({ choice, score }) => isDateChoice(choice) && score === SAID_DATE);
    this.#add(literal, fitted, hint === null && !isDated ? near : null, 0.2);
    // A hint that only names the entity of the value still brings in its table.
    if (hint !== null && options.length === 0) this.addMention(hint, 'entity', near);
  }

  #textOptions(literal: Literal, hint: Mention | null, near: Mention | null): Option[] {
    const options: Option[] = (literal.mention?.values ?? []).map((candidate) => {
      const choice: Choice = {
        kind: 'value',
        column: candidate.column,
        table: candidate.column.table,
        value: candidate.value,
        match: candidate.match === 'word' ? 'contains' : 'equals',
      };
      const foreign = candidate.column.isForeignKey ? -0.04 : 0;
      const named = this.people.get(literal);
      const person = named === undefined ? 0 : named.has(candidate.column) ? 0.4 : -0.2;
      return { choice, score: candidate.score + hinted(choice, hint) + foreign + person };
    });
    const mentions = hint === null ? (near === null ? [] : [near]) : [hint];
    const penalty = hint === null ? 0.55 : 0.3;
    for (const mention of mentions) {
      for (const candidate of mention.names) {
        const columns = candidate.kind === 'column' ? [candidate.column] : candidate.table.labels;
        for (const column of columns) {
          if (hint === null && candidate.kind === 'column') continue;
          if (column.kind !== 'text') continue;
          const isUnknown = column.column.valuesAreComplete;
          const choice: Choice = {
            kind: 'value',
            column,
            table: column.table,
            value: literal.text,
            match: 'equals',
          };
          options.push({ choice, score: candidate.score - penalty - (isUnknown ? 0.25 : 0) });
        }
      }
    }
    if (options.length === 0 || hint !== null) {
      for (const candidate of this.#model.values.findWord(literal.text)) {
        const choice: Choice = {
          kind: 'value',
          column: candidate.column,
          table: candidate.column.table,
          value: literal.text,
          match: 'contains',
        };
        options.push({ choice, score: 0.45 + hinted(choice, hint) });
      }
    }
    return options;
  }

  #numberOptions(literal: Literal, hint: Mention | null, verb = ''): Option[] {
    const number = Number(literal.text);
    const options: Option[] = [];
    const consider = (column: ColumnModel, score: number) => {
      const stored = storesNumber(column, literal.text);
      if (stored === null) return;
      const choice: Choice = {
        kind: 'value',
        column,
        table: column.table,
        value: literal.text,
        match: 'equals',
      };
      options.push({ choice, score: score + stored });
    };
    if (hint !== null) {
      for (const candidate of hint.names) {
        if (candidate.kind === 'column') consider(candidate.column, candidate.score);
        else {
          const { key, columns, labels } = candidate.table;
          if (key !== null) consider(key, candidate.score - 0.1);
          for (const column of columns) {
            if (column !== key && /^(number|code|no)$/.test(column.words.at(-1) ?? ''))
              consider(column, candidate.score - 0.15);
          }
          for (const label of labels) if (label !== key) consider(label, candidate.score - 0.2);
        }
      }
      return options;
    }
    for (const column of this.#model.columns) {
      if (isYear(number) && column.words.includes('year')) consider(column, 0.7);
      else if (!isYear(number) && column.column.valuesAreComplete)
        consider(column, column.isKey ? 0.2 : 0.25);
    }
    if (!isYear(number)) return options;
    const dated = this.#dateColumns(verb).map(({ choice, score }) => ({
      choice: valued(choice, literal.text),
      score,
    }));
    return [...options, ...dated];
  }

  #compared(condition: Extract<Condition, { kind: 'compare' }>): readonly Option[] {
    if (condition.measures.length > 0) {
      const isDate =
        condition.operand.kind === 'literal' && condition.operand.literal.kind === 'date';
      const hasUnit = condition.ageUnit !== undefined;
      const options = this.#measured(
        condition.measures,
        isDate ? 'date' : hasUnit ? 'ranked' : 'ordered',
      );
      // What has no age is not older than anything.
      if (condition.measures.includes('age')) return options;
      const timed =
        timeUnitOf(condition.operand) === null
          ? options
          : options.filter(({ choice }) => isTimed(choice));
      return timed.length > 0 ? timed : this.#literalColumns(condition.operand);
    }
    const isAmount = this.#model.columns.some(({ isMeasure }) => isMeasure);
    const ages = agesOf(condition, this.#model).map((column) => option(column, 0.5));
    return [...ages, ...this.#literalColumns(condition.operand, isAmount)];
  }

  /** Columns that a bare operand can be compared with. */
  #literalColumns(operand: Operand, isAmount = false): readonly Option[] {
    if (operand.kind !== 'literal') {
      // "below their reorder level": what is compared stands beside what it is compared with.
      const best = operand.kind === 'mention' ? operand.mention.names[0] : undefined;
      const other = best?.kind === 'column' ? best.column : null;
      return this.#model.columns
        .filter((column) => column.isMeasure && column !== other)
        .map((column) => option(column, column.table === best?.table ? 0.6 : 0.25));
    }
    if (operand.literal.kind === 'date') return this.#dateColumns();
    if (timeUnitOf(operand) !== null) {
      const spans = this.#model.metrics.filter(({ elapsed }) => elapsed?.to != null);
      const times = this.#model.columns.filter((column) => column.isMeasure && countsTime(column));
      return [...spans, ...times].map((column) => option(column, 0.4));
    }
    const number = Number(operand.literal.text);
    if (isYear(number) && !isAmount) {
      const years = this.#model.columns.filter((c) => c.words.includes('year') || isDate(c));
      if (years.length > 0)
        return years.map((c) => option(c, c.words.includes('year') ? 0.7 : 0.5));
    }
    return this.#model.columns
      .filter((column) => column.isMeasure)
      .map((column) => option(column, 0.25));
  }

  /** Columns that a bare range is of: of years, those that the verb before it is about. */
  #rangedColumns({ low, verb = '' }: Extract<Condition, { kind: 'between' }>): readonly Option[] {
    const dated = new Map(
      this.#dateColumns(verb).map(({ choice, score }) => [columnIn(choice), score]),
    );
    return this.#literalColumns(low).map(({ choice, score }) => {
      const isSaid = dated.get(columnIn(choice)) === SAID_DATE;
      return { choice, score: isSaid ? SAID_DATE : score };
    });
  }

  #dateColumns(verb = ''): readonly Option[] {
    const said = this.#model.names.similarWords(verb);
    const isSaid = (column: ColumnModel) =>
      column.words.some((word) => word.length > 2 && (said.get(word) ?? 0) > 0.8);
    return this.#model.columns
      .filter(isDate)
      .map((column) => option(column, isSaid(column) ? SAID_DATE : dateScore(column)));
  }

  #measured(
    measures: readonly string[],
    kind: 'any' | 'ordered' | 'ranked' | 'date',
  ): readonly Option[] {
    const options: Option[] = [];
    for (const column of [...this.#model.columns, ...this.#model.metrics]) {
      // How old somebody is follows from the date of birth, which is found here as well.
      const isOther = column.elapsed !== null || column.words.includes('birth');
      if (column.isKey || column.elapsed?.to === null) continue;
      if ((measures[0] === 'date' && isOther) || (kind === 'date' && !isDate(column))) continue;
      if (
        (kind === 'ordered' || kind === 'ranked') &&
        column.kind === 'text' &&
        !column.isNumericText &&
        column.dateTextFormat === null
      )
        continue;
      const rank = measures.findIndex((measure) =>
        this.#model.names
          .wordsOf(column)
          .some((word) => (this.#model.names.similarWords(measure).get(word) ?? 0) > 0.85),
      );
      if (kind === 'any' && measures[0] === 'date' && isDate(column))
        options.push(option(column, 0.2 + dateScore(column)));
      else if (rank >= 0) options.push(option(column, measuredScore(column, rank)));
      else if (kind !== 'any' && /^(date|time)$/.test(measures[0] ?? '') && isDate(column)) {
        options.push(option(column, 0.5));
      } else if (
        measures.includes('age') &&
        ((kind === 'ranked' && isDate(column)) || (kind !== 'any' && isYearly(column)))
      ) {
        // "the oldest orders": what has no age of its own is as old as its date says.
        options.push(option(column, 0.35));
      }
    }
    return options;
  }

  #labels(near: Mention | null): readonly Option[] {
    return (near?.names ?? []).flatMap((candidate) =>
      candidate.kind === 'column'
        ? [option(candidate.column, candidate.score)]
        : candidate.table.labels.map((column) => option(column, candidate.score - 0.1)),
    );
  }
}

/** How well a date fits that the verb before a time names: "shipped last week". */
const SAID_DATE = 0.7;

function option(column: ColumnModel, score: number): Option {
  return { choice: { kind: 'column', column, table: column.table }, score };
}

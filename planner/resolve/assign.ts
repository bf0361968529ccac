import { other } from '../grounding/key-graph.ts';
import type { ColumnModel, SchemaModel, TableModel } from '../grounding/schema-model.ts';
import type { Choice, Slot } from './slots.ts';

/** One way to understand every part of a frame, with how well it fits. */
export interface Assignment {
  readonly choices: ReadonlyMap<object, Choice>;
  readonly tables: readonly TableModel[];
  readonly score: number;
}

interface State {
  readonly choices: ReadonlyMap<object, Choice>;
  readonly tables: readonly TableModel[];
  readonly score: number;
  /** What was counted for joins as tables came in one by one. */
  readonly joinsPaid: number;
}

const BEAM = 48;
const JOIN_COST = 0.13;
const UNCONNECTED_COST = 1.5;
/** Nobody asks for one column twice. */
const REPEAT_COST = 0.5;
const NAME_LOSS = 0.3;

/**
 * Chooses a meaning for every slot together: names that fit well, few joins, columns that
 * belong to the entity they are said to belong to. Best first, deterministic.
 */
export function assign(
  slots: readonly Slot[],
  model: SchemaModel,
  outer: readonly TableModel[] = [],
): readonly Assignment[] {
  let states: State[] = [{ choices: new Map(), tables: outer, score: 0, joinsPaid: 0 }];
  for (const slot of inOrder(slots)) {
    const next: State[] = [];
    for (const state of states) {
      for (const option of slot.options) {
        const { choice } = option;
        const table = choice.table;
        const isKnown = state.tables.includes(table);
        const joins = isKnown ? 0 : joinCost(state.tables, table, model);
        const cost = joins + (slot.isProjected && repeats(state, slots, choice) ? REPEAT_COST : 0);
        next.push({
          choices: new Map(state.choices).set(slot.subject, choice),
          tables: isKnown ? state.tables : [...state.tables, table],
          score: state.score + option.score - cost + contextScore(state, slot, choice, model),
          joinsPaid: state.joinsPaid + joins,
        });
      }
    }
    next.sort((a, b) => b.score - a.score);
    states = next.slice(0, BEAM);
  }
  return states
    .map((state) => ({ ...state, score: state.score + state.joinsPaid - treeCost(state, model) }))
    .sort((a, b) => b.score - a.score);
}

/** The cost of the joins that connect all tables: what lies on the way to others costs nothing more. */
function treeCost({ tables, joinsPaid }: State, model: SchemaModel): number {
  const [root, ...others] = tables;
  if (root === undefined || others.length < 2 || joinsPaid >= UNCONNECTED_COST) return joinsPaid;
  const joined = [root];
  const open = [...others];
  let cost = joinCost([], root, model);
  while (open.length > 0) {
    const ways = open.flatMap((to) =>
      joined.map((from) => ({ from, to, distance: model.keys.distance(from, to) })),
    );
    const best = ways.reduce((a, b) => (b.distance < a.distance - 1e-9 ? b : a));
    cost += JOIN_COST * best.distance;
    let at = best.from;
    for (const step of model.keys.path(best.from, best.to) ?? []) {
      at = other(step, at);
      joined.push(at);
      const index = open.indexOf(at);
      if (index >= 0) open.splice(index, 1);
    }
  }
  return cost;
}

/** Clear slots come first and decide for the others; a context comes before what refers to it. */
function inOrder(slots: readonly Slot[]): readonly Slot[] {
  const open = [...slots].sort((a, b) => ambiguity(a) - ambiguity(b));
  const ordered: Slot[] = [];
  const visit = (slot: Slot) => {
    const index = open.indexOf(slot);
    if (index < 0) return;
    open.splice(index, 1);
    const context = open.find(({ subject }) => subject === slot.context);
    if (context !== undefined) visit(context);
    ordered.push(slot);
  };
  while (open[0] !== undefined) visit(open[0]);
  return ordered;
}

function ambiguity(slot: Slot): number {
  const best = slot.options[0]?.score ?? 0;
  return slot.options.filter(({ score }) => score > best - 0.2).length;
}

function joinCost(tables: readonly TableModel[], table: TableModel, model: SchemaModel): number {
  if (tables.length === 0) return 0.04;
  const distance = Math.min(...tables.map((known) => model.keys.distance(known, table)));
  return Number.isFinite(distance) ? JOIN_COST * distance : UNCONNECTED_COST;
}

function repeats(state: State, slots: readonly Slot[], choice: Choice): boolean {
  if (choice.kind !== 'column' || choice.column.procedure !== null) return false;
  return slots.some((other) => {
    const chosen = other.isProjected ? state.choices.get(other.subject) : undefined;
    return chosen?.kind === 'column' && chosen.column === choice.column;
  });
}

/** The table whose rows a key refers to: an advisor's name is the name of the one who advises. */
function referredTable(column: ColumnModel, model: SchemaModel): TableModel | null {
  if (!column.isForeignKey) return null;
  const edge = model.keys.edgesOf(column.table).find(({ from, fromColumns }) => {
    return from === column.table && fromColumns.length === 1 && fromColumns[0] === column;
  });
  return edge?.to ?? null;
}

function isBareName(subject: object): boolean {
  return 'text' in subject && /^names?$/i.test(String(subject.text));
}

/** Agreement of a choice with the entity it is said to belong to, as far as that is chosen. */
function contextScore(state: State, slot: Slot, choice: Choice, model: SchemaModel): number {
  if (slot.context === null) return 0;
  const context = state.choices.get(slot.context);
  if (context === undefined) return 0;
  // The names of departments that are kept as a column are that column, not whom it is said of.
  if (context.kind === 'column' && choice.kind === 'column' && isBareName(slot.subject)) {
    return choice.column === context.column ? slot.contextWeight : -NAME_LOSS;
  }
  const referred = context.kind === 'column' ? referredTable(context.column, model) : null;
  const isLabel = choice.kind === 'column' && choice.table.labels.includes(choice.column);
  if (isLabel && referred !== null && referred !== context.table) {
    return choice.table === referred ? slot.contextWeight : 0;
  }
  if (choice.table === context.table) return slot.contextWeight;
  return -0.04 * Math.min(4, model.keys.distance(choice.table, context.table));
}

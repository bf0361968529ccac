import type { SchemaModel, TableModel } from '../grounding/schema-model.ts';
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
}

const BEAM = 48;
const JOIN_COST = 0.13;
const UNCONNECTED_COST = 1.5;

/**
 * Chooses a meaning for every slot together: names that fit well, few joins, columns that
 * belong to the entity they are said to belong to. Best first, deterministic.
 */
export function assign(
  slots: readonly Slot[],
  model: SchemaModel,
  outer: readonly TableModel[] = [],
): readonly Assignment[] {
  let states: State[] = [{ choices: new Map(), tables: outer, score: 0 }];
  for (const slot of [...slots].sort((a, b) => ambiguity(a) - ambiguity(b))) {
    const next: State[] = [];
    for (const state of states) {
      for (const option of slot.options) {
        const { choice } = option;
        const table = choice.table;
        const isKnown = state.tables.includes(table);
        const cost = isKnown ? 0 : joinCost(state.tables, table, model);
        next.push({
          choices: new Map(state.choices).set(slot.subject, choice),
          tables: isKnown ? state.tables : [...state.tables, table],
          score: state.score + option.score - cost,
        });
      }
    }
    next.sort((a, b) => b.score - a.score);
    states = next.slice(0, BEAM);
  }
  return states
    .map((state) => ({ ...state, score: state.score + contextScore(state, slots, model) }))
    .sort((a, b) => b.score - a.score);
}

/** Slots with one clear reading come first; they decide for the others. */
function ambiguity(slot: Slot): number {
  const best = slot.options[0]?.score ?? 0;
  return slot.options.filter(({ score }) => score > best - 0.2).length;
}

function joinCost(tables: readonly TableModel[], table: TableModel, model: SchemaModel): number {
  if (tables.length === 0) return 0.04;
  const distance = Math.min(...tables.map((known) => model.keys.distance(known, table)));
  return Number.isFinite(distance) ? JOIN_COST * distance : UNCONNECTED_COST;
}

function contextScore(state: State, slots: readonly Slot[], model: SchemaModel): number {
  let score = 0;
  for (const slot of slots) {
    if (slot.context === null) continue;
    const own = state.choices.get(slot.subject);
    const context = state.choices.get(slot.context);
    if (own === undefined || context === undefined) continue;
    if (own.table === context.table) score += slot.contextWeight;
    else score -= 0.04 * Math.min(4, model.keys.distance(own.table, context.table));
  }
  return score;
}

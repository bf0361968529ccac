import type { CatalogSnapshot } from '#planner';
import type { PlannedQuestion } from './plan-question.ts';

const QUESTIONS_MAX = 500;

/**
 * How questions were planned before. A plan depends on the question, on the snapshot it was planned
 * with and on what counts as now, so it holds as long as the very same snapshot does: whoever
 * keeps a snapshot promises that nothing was written since.
 */
export class PlanMemory {
  readonly #plans = new WeakMap<CatalogSnapshot, Map<string, PlannedQuestion>>();

  get(catalog: CatalogSnapshot, question: string, now: string): PlannedQuestion | null {
    return this.#plans.get(catalog)?.get(keyOf(question, now)) ?? null;
  }

  set(catalog: CatalogSnapshot, planned: PlannedQuestion, asked: [question: string, now: string]) {
    const plans = this.#plans.get(catalog) ?? new Map<string, PlannedQuestion>();
    this.#plans.set(catalog, plans);
    plans.set(keyOf(...asked), planned);
    const [oldest] = plans.keys();
    if (plans.size > QUESTIONS_MAX && oldest !== undefined) plans.delete(oldest);
  }
}

function keyOf(question: string, now: string): string {
  return `${now} ${question}`;
}

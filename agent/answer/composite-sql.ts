import type { Plan } from '#planner';
import { withRelations } from '../execute/relation-sql.ts';

/**
 * The whole run as one SELECT that a person can read, copy and run. Each task is evaluated once, as
 * in the run itself, so a procedure is not called again for every task that reads its results.
 */
export function compositeSql(plan: Plan): string {
  const last = plan.tasks.find((task) => task.id === plan.answer.from) ?? plan.tasks.at(-1);
  if (last === undefined) return '';
  const needed = neededBy(plan, last.id);
  const relations = inOrder(plan)
    .filter((task) => needed.has(task.id) && task !== last)
    .map((task) => ({
      name: task.id,
      sql: `-- ${task.title.replaceAll(/\s+/g, ' ')}\n${task.sql.trim()}`,
      isMaterialized: true,
    }));
  return withRelations(relations, last.sql);
}

function neededBy(plan: Plan, id: string, found = new Set<string>()): Set<string> {
  for (const name of plan.tasks.find((task) => task.id === id)?.dependsOn ?? []) {
    if (!found.has(name)) neededBy(plan, name, found.add(name));
  }
  return found;
}

// A relation of a WITH clause sees only those before it.
function inOrder(plan: Plan): Plan['tasks'] {
  const placed = new Set<string>();
  const ordered: Plan['tasks'] = [];
  let waiting = plan.tasks;
  while (waiting.length > 0) {
    const ready = waiting.filter((task) => task.dependsOn.every((name) => placed.has(name)));
    if (ready.length === 0) break;
    for (const task of ready) placed.add(task.id);
    ordered.push(...ready);
    waiting = waiting.filter((task) => !placed.has(task.id));
  }
  return ordered;
}

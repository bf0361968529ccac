import type { Plan } from '../plan.ts';
import { plan as planSchema } from '../plan.ts';
import { printWrite } from '../writes/print-write.ts';

/** What is wrong with a plan, with the path of the part that is; empty when it is sound. */
export function validatePlan(candidate: Plan): readonly string[] {
  const parsed = planSchema.safeParse(candidate);
  if (!parsed.success) {
    return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  }
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const [index, task] of candidate.tasks.entries()) {
    const path = `tasks.${index}`;
    if (seen.has(task.id)) problems.push(`${path}.id: ${task.id} is used twice`);
    for (const dependency of task.dependsOn) {
      // Tasks stand in an order in which they can run, so a cycle cannot be written down.
      if (!seen.has(dependency))
        problems.push(`${path}.dependsOn: ${dependency} is not an earlier task`);
      if (!mentionsName(task.sql, dependency))
        problems.push(`${path}.sql: ${dependency} is not read`);
    }
    for (const other of seen) {
      if (!task.dependsOn.includes(other) && mentionsName(task.sql, other)) {
        problems.push(`${path}.dependsOn: ${other} is read but not declared`);
      }
    }
    if (task.kind === 'call') {
      if (task.dependsOn.length === 0)
        problems.push(`${path}: a call reads the rows of an earlier task`);
      if (isCalledInFilter(task.sql, task.call.procedure)) {
        problems.push(`${path}.sql: ${task.call.procedure} is called in a condition`);
      }
      if (!task.columns.some(({ name }) => name === task.call.resultColumn)) {
        problems.push(
          `${path}.call.resultColumn: ${task.call.resultColumn} is not among the columns`,
        );
      }
    }
    if (task.kind === 'write') {
      // What is shown, what is counted and what runs must be one thing.
      if (task.sql !== printWrite(task.write)) {
        problems.push(`${path}.sql: it is not the statement of the write`);
      }
      if (candidate.tasks.length > 1) problems.push(`${path}: a write stands alone`);
    }
    seen.add(task.id);
  }
  if (!seen.has(candidate.answer.from))
    problems.push(`answer.from: there is no ${candidate.answer.from}`);
  return problems;
}

function mentionsName(sql: string, name: string): boolean {
  return new RegExp(`\\b${name}\\b`).test(withoutText(sql));
}

function isCalledInFilter(sql: string, procedure: string): boolean {
  const condition = withoutText(sql)
    .split(/\bWHERE\b|\bON\b|\bHAVING\b/i)
    .slice(1)
    .join(' ');
  return condition.toLowerCase().includes(`${procedure.toLowerCase()}(`);
}

function withoutText(sql: string): string {
  return sql.replace(/'(?:[^']|'')*'/g, "''");
}

import type { Answer } from '#agent';
import type { Palette } from '../console.ts';
import { escapeControls } from './cells.ts';

type Plan = NonNullable<Answer['plan']>;

/** A plan as text: its tasks with their SQL, what was assumed, which words mean what. */
export function printPlan(plan: Plan, palette: Palette): string {
  const lines: string[] = [];
  for (const [index, task] of plan.tasks.entries()) {
    const after = task.dependsOn.length === 0 ? '' : ` after ${task.dependsOn.join(', ')}`;
    const call = task.kind === 'call' ? ` ${task.call.procedure} for every row, in parallel` : '';
    lines.push(
      `${index + 1}. [${palette.bold(task.id)}] ${escapeControls(task.title)}`,
      palette.dim(`   ${task.kind}${call}${after}`),
      ...task.sql
        .trim()
        .split('\n')
        .map((line) => `     ${escapeControls(line)}`),
    );
  }
  if (plan.grounding.length > 0) {
    lines.push('', 'Words:');
    for (const { text, meaning } of plan.grounding) {
      lines.push(`  ${escapeControls(text)} → ${escapeControls(meaning)}`);
    }
  }
  if (plan.assumptions.length > 0) {
    lines.push('', 'Assumptions:', ...plan.assumptions.map((text) => `  ${escapeControls(text)}`));
  }
  return `${lines.join('\n')}\n`;
}

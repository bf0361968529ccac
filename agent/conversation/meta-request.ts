import type { Plan } from '#planner';
import { compositeSql } from '../answer/composite-sql.ts';

/** A request about the answer before it instead of about the data. */
export type MetaRequest = 'explain' | 'sql' | 'plan' | 'repeat';

const META: readonly (readonly [MetaRequest, RegExp])[] = [
  [
    'sql',
    /^(?:(?:show|give|print|see|display|what(?:'s| is| was))(?: me)? )?(?:the |that |its |your )?(?:sql|query|statement)(?: (?:for|of|behind) (?:that|this|it))?$/i,
  ],
  ['plan', /^(?:(?:show|give|print|what(?:'s| is| was))(?: me)? )?(?:the |that |your )?plan$/i],
  [
    'explain',
    /^(?:but |and )?(?:why(?: (?:is|was) that|so| that)?|how come|explain(?: (?:that|this|it|yourself))?|how did you (?:get|find|compute|calculate) (?:that|this|it)|how was (?:that|this|it) (?:computed|calculated|found)|what (?:does|did) (?:that|this|it) mean|are you sure)$/i,
  ],
  ['repeat', /^(?:again|repeat(?: (?:that|it))?|run (?:it|that) again|once more|refresh)$/i],
];

/** What a request asks about the answer before it, or null when it asks about the data. */
export function readMetaRequest(question: string): MetaRequest | null {
  const text = question
    .trim()
    .replace(/[?.!\s]+$/, '')
    .replace(/\s+/g, ' ');
  return META.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
}

/** An answer's plan in words: what was understood, assumed and done. */
export function explainPlan(plan: Plan): string {
  const lines: string[] = [];
  if (plan.tasks[0]?.kind === 'write') {
    lines.push('One statement would change the data, once it is confirmed.');
  } else if (plan.tasks.length === 1) {
    lines.push('The answer comes from one statement over the database.');
  } else {
    const titles = plan.tasks.map(({ title }, index) => `${index + 1}. ${title}`);
    lines.push(`The answer took ${plan.tasks.length} steps: ${titles.join('; ')}.`);
  }
  if (plan.grounding.length > 0) {
    const words = plan.grounding.map(({ text, meaning }) => `"${text}" as ${meaning}`);
    lines.push(`Understood: ${words.join(', ')}.`);
  }
  if (plan.assumptions.length > 0) lines.push(`Assumed: ${plan.assumptions.join('; ')}.`);
  lines.push(`SQL: ${compositeSql(plan).replace(/\s+/g, ' ')}`);
  return lines.join(' ');
}

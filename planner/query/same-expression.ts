import type { Expression } from './logical.ts';

/** Structural equality of expressions. */
export function sameExpression(a: Expression, b: Expression): boolean {
  if (a.kind === 'column' && b.kind === 'column') return a.column === b.column;
  if (a.kind === 'part' && b.kind === 'part')
    return a.part === b.part && sameExpression(a.of, b.of);
  if (a.kind === 'truncated' && b.kind === 'truncated') {
    return a.grain === b.grain && sameExpression(a.of, b.of);
  }
  if (a.kind === 'aggregate' && b.kind === 'aggregate') {
    if (a.name !== b.name || a.isDistinct !== b.isDistinct) return false;
    if (a.of === null || b.of === null) return a.of === b.of;
    return sameExpression(a.of, b.of);
  }
  if (a.kind === 'arithmetic' && b.kind === 'arithmetic') {
    return (
      a.operator === b.operator &&
      sameExpression(a.left, b.left) &&
      sameExpression(a.right, b.right)
    );
  }
  return false;
}

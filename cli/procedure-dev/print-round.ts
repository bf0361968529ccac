/** A round of `heliosdb dev` as people read it. */

import type { Console } from '../console.ts';
import { paletteFor } from '../console.ts';
import { escapeControls } from '../render/cells.ts';
import type { ComparedCall, Outcome } from './compare-calls.ts';
import type { Round } from './round.ts';
import type { Swap } from './swap.ts';

const ACTIONS: Readonly<Record<Swap['action'], string>> = {
  create: 'created',
  change: 'swapped in',
  none: 'is the same',
};

/** What was compiled, what became of it, and each saved call with its old and new result. */
export function printRound(source: string, round: Round, console: Console): string {
  const palette = paletteFor(console.out, console.environment);
  const { compiler, procedures, calls, milliseconds } = round;
  const made = compiler === null ? '' : `, ${compiler}`;
  const lines = [palette.bold(`${source}: ${milliseconds} ms${made}`)];
  for (const { signature, action, version } of procedures) {
    lines.push(`${signature}: version ${version} ${ACTIONS[action]}`);
  }
  for (const call of calls) lines.push(...printCall(call, palette.dim));
  if (calls.length === 0) lines.push(palette.dim('  no saved calls: write cases.yaml beside it'));
  return `${lines.join('\n')}\n`;
}

function printCall(call: ComparedCall, dim: (text: string) => string): string[] {
  const { name, before, after, isChanged, passed, differences, logs } = call;
  const mark = passed === null ? '    ' : passed ? 'ok  ' : 'FAIL';
  const isOld = before === null || !isChanged;
  const now = isOld ? shown(after) : `${shown(before)} → ${shown(after)}`;
  // What differs says what was got.
  const results = isOld && differences.length > 0 ? '' : `: ${now}`;
  return [
    `  ${mark} ${escapeControls(`${name}${results}`)}${isChanged ? ' (changed)' : ''}`,
    ...differences.map((line) => `         ${escapeControls(line)}`),
    ...logs.map((line) => dim(`         log ${escapeControls(line)}`)),
  ];
}

function shown({ result, error }: Outcome): string {
  return error === null ? (result ?? 'NULL') : `error ${error.code}: ${error.message}`;
}

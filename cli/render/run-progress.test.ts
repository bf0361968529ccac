import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import type { RunEvent } from '#agent';
import type { Console, OutputStream } from '../console.ts';
import { printDuration, showRunProgress } from './run-progress.ts';

const task = (id: string, title: string, dependsOn: string[]) => ({
  kind: 'query' as const,
  id,
  title,
  dependsOn,
  sql: 'SELECT 1',
  columns: [],
});

const PLAN: RunEvent = {
  type: 'plan-ready',
  plan: {
    request: 'test',
    tasks: [task('task1', 'Identify\u001b[2J customers', []), task('task2', 'Rank', ['task1'])],
    answer: { kind: 'answer', from: 'task2', shape: 'table', template: null },
    assumptions: [],
    grounding: [],
  },
};

const EVENTS: readonly RunEvent[] = [
  PLAN,
  { type: 'task-start', task: 'task1', title: 'Identify' },
  { type: 'task-end', task: 'task1', rowCount: 1012, durationMs: 12.3 },
  { type: 'task-start', task: 'task2', title: 'Rank' },
  {
    type: 'task-error',
    task: 'task2',
    error: {
      sqlstate: '22012',
      name: 'division_by_zero',
      message: 'by zero',
      detail: null,
      hint: null,
      fields: {},
      task: 'task2',
    },
  },
];

function record(stream: PassThrough, environment: Console['environment'] = {}): string {
  const progress = showRunProgress({
    in: new PassThrough(),
    out: new PassThrough(),
    err: stream,
    environment,
    signal: new AbortController().signal,
    isReaderGone: () => false,
  });
  for (const event of EVENTS) progress.listen(event);
  progress.end();
  return String(stream.read());
}

describe('progress', () => {
  it('is plain lines where nobody watches', () => {
    const text = record(new PassThrough());
    assert.equal(
      text,
      'Plan, 2 tasks:\n  [task1] Identify\\x1b[2J customers\n  [task2] Rank (after task1)\n' +
        '✓ task1  1,012 rows  12 ms\n✗ task2  by zero\n',
    );
  });

  it('redraws its lines on a terminal, and ends with the state of each task', () => {
    const terminal: OutputStream & PassThrough = Object.assign(new PassThrough(), {
      isTTY: true,
      columns: 80,
    });
    const text = record(terminal, { NO_COLOR: '1' });
    const last = text.slice(text.lastIndexOf('\u001b[2A'));
    assert.match(last, /✓ task1 {2}Identify\\x1b\[2J customers .*1,012 rows +12 ms/);
    assert.match(last, /✗ task2 {2}Rank/);
    for (const line of last.split('\n')) assert.ok(line.length < 80 + 12, line);
  });

  it('does not redraw on a dumb terminal', () => {
    const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 60 });
    assert.ok(!record(terminal, { TERM: 'dumb' }).includes('\u001b'));
  });
});

it('prints durations in the unit that people read', () => {
  assert.deepEqual([0.04, 9.94, 99.6, 1234].map(printDuration), [
    '0.0 ms',
    '9.9 ms',
    '100 ms',
    '1.2 s',
  ]);
});

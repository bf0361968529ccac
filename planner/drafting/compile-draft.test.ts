import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CatalogSnapshot } from '../catalog.ts';
import { compileDraft } from './compile-draft.ts';
import { readDraft } from './draft.ts';

const catalog: CatalogSnapshot = {
  version: '1',
  tables: [],
  keys: [],
  procedures: [
    {
      schema: 'main',
      name: 'calculate_discount',
      parameters: [
        { name: 'customer_id', type: 'BIGINT', hasDefault: false },
        { name: 'order_total', type: 'DECIMAL(18,3)', hasDefault: false },
        { name: 'version', type: 'INTEGER', hasDefault: true },
      ],
      returns: 'DECIMAL(18,3)',
      volatility: 'STABLE',
      comment: null,
      activeVersion: 1,
    },
  ],
};

function compile(value: unknown) {
  const read = readDraft(value);
  if ('problems' in read) return { status: 'unread' as const, problems: read.problems };
  return compileDraft(read.draft, { request: 'a question', catalog, now: '2026-06-30T00:00:00Z' });
}

const sql = (id: string, text: string) => ({ id, title: 't', kind: 'sql', sql: text });

function plan(tasks: readonly unknown[]) {
  const compiled = compile({ outcome: 'plan', tasks });
  assert(
    compiled.status === 'outcome' && compiled.outcome.status === 'planned',
    JSON.stringify(compiled),
  );
  return compiled.outcome.plan;
}

function problems(tasks: readonly unknown[]): string {
  const compiled = compile({ outcome: 'plan', tasks });
  assert(compiled.status === 'invalid', JSON.stringify(compiled));
  return compiled.problems.join('\n');
}

describe('compileDraft', () => {
  it('marks free SQL and finds what it reads', () => {
    const { tasks } = plan([
      sql('task1', 'SELECT 1 AS a;'),
      sql('task2', "SELECT a, 'task9' FROM task1"),
    ]);
    assert.deepEqual(
      tasks.map(({ kind, sql: text, dependsOn }) => [kind, text, dependsOn]),
      [
        ['sql', 'SELECT 1 AS a', []],
        ['sql', "SELECT a, 'task9' FROM task1", ['task1']],
      ],
    );
  });

  it('compiles a call from names and constants, quoting both', () => {
    const call = {
      id: 'task2',
      title: 'Call',
      kind: 'call',
      input: 'task1',
      procedure: 'CALCULATE_DISCOUNT',
      arguments: [
        { parameter: 'customer_id', column: 'id"; DROP TABLE x; --', value: null },
        { parameter: 'order_total', column: null, value: "5'; DROP" },
      ],
    };
    const { tasks } = plan([sql('task1', 'SELECT 1 AS id'), call]);
    assert.equal(
      tasks[1]?.sql,
      'SELECT task1.*, calculate_discount(customer_id := task1."id""; DROP TABLE x; --", ' +
        "order_total := '5''; DROP') AS calculate_discount FROM task1",
    );
  });

  it('says what is wrong with a call', () => {
    const call = (more: object) => [
      sql('task1', 'SELECT 1 AS id'),
      {
        id: 'task2',
        kind: 'call',
        input: 'task1',
        procedure: 'calculate_discount',
        arguments: [],
        ...more,
      },
    ];
    assert.match(
      problems(call({ procedure: 'discount' })),
      /no procedure discount; there is calculate_discount/,
    );
    assert.match(problems(call({ input: 'task7' })), /needs "input"/);
    assert.match(problems(call({})), /needs an argument for customer_id BIGINT/);
    const strange = ['customer_id', 'order_total', 'colour'].map((parameter) => ({
      parameter,
      column: 'id',
    }));
    assert.match(problems(call({ arguments: strange })), /no parameter colour/);
  });

  it('refuses a plan without tasks, without SQL, or with too many tasks', () => {
    assert.match(problems([]), /at least one task/);
    assert.match(problems([{ id: 'task1', kind: 'sql', sql: ' ; ' }]), /needs its SELECT/);
    assert.match(
      problems(Array.from({ length: 13 }, (_, index) => sql(`task${index + 1}`, 'SELECT 1'))),
      /at most 12/,
    );
  });

  it('bounds and flattens what a model says to people', () => {
    const compiled = compile({ outcome: 'refuse', message: `no\n${'x'.repeat(10_000)}` });
    assert(compiled.status === 'outcome' && compiled.outcome.status === 'refused');
    assert.equal(compiled.outcome.reason.length, 400);
    assert.doesNotMatch(compiled.outcome.reason, /\n/);
  });

  it('reads nothing that is no draft', () => {
    for (const value of [null, 3, [], {}, { outcome: 'dance' }, { outcome: 'plan', tasks: 'x' }]) {
      assert.equal(compile(value).status, 'unread', JSON.stringify(value));
    }
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CatalogSnapshot } from '#planner';
import { PlanMemory } from './plan-memory.ts';
import type { PlannedQuestion } from './plan-question.ts';

const snapshot = (): CatalogSnapshot => ({ version: '1', tables: [], keys: [], procedures: [] });
const planned = (reason: string): PlannedQuestion => ({
  outcome: { status: 'refused', reason, unknownWords: [], suggestions: [] },
  plannedBy: { kind: 'offline', model: null },
  notes: [],
});

test('a plan is known again for the same question, snapshot and time only', () => {
  const memory = new PlanMemory();
  const catalog = snapshot();
  const plan = planned('one');
  memory.set(catalog, plan, ['How many?', '2026-01-01']);
  assert.equal(memory.get(catalog, 'How many?', '2026-01-01'), plan);
  assert.equal(memory.get(catalog, 'How many?', '2026-01-02'), null);
  assert.equal(memory.get(catalog, 'how many?', '2026-01-01'), null);
  assert.equal(memory.get(snapshot(), 'How many?', '2026-01-01'), null);
});

test('the oldest of very many plans is forgotten', () => {
  const memory = new PlanMemory();
  const catalog = snapshot();
  for (let count = 0; count <= 500; count += 1) {
    memory.set(catalog, planned(String(count)), [String(count), '']);
  }
  assert.equal(memory.get(catalog, '0', ''), null);
  assert.notEqual(memory.get(catalog, '500', ''), null);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layoutPlan } from './layout.ts';

const SIZES = {
  width: 680,
  nodeWidthMin: 150,
  nodeWidthMax: 220,
  nodeHeight: 80,
  rankGap: 40,
  gap: 10,
};
const CHAIN = [
  { id: 'task1', dependsOn: [] },
  { id: 'task2', dependsOn: ['task1'] },
  { id: 'task3', dependsOn: ['task2'] },
];
const DIAMOND = [
  { id: 'task1', dependsOn: [] },
  { id: 'task2', dependsOn: ['task1'] },
  { id: 'task3', dependsOn: ['task1'] },
  { id: 'task4', dependsOn: ['task2', 'task3', 'task1'] },
];

test('a chain runs to the right, a rank a task', () => {
  const layout = layoutPlan(CHAIN, SIZES);
  assert.equal(layout.direction, 'right');
  assert.deepEqual(
    layout.nodes.map(({ x, y }) => [x, y]),
    [
      [0, 0],
      [240, 0],
      [480, 0],
    ],
  );
  assert.equal(layout.width, 680);
  assert.equal(layout.height, 80);
  assert.equal(layout.edges.length, 2);
});

test('nodes grow with the width, up to a point', () => {
  const widthIn = (width: number) => layoutPlan(CHAIN, { ...SIZES, width }).nodeWidth;
  assert.deepEqual([widthIn(530), widthIn(590), widthIn(5000)], [150, 170, 220]);
});

test('a plan that is too wide flows down in the width there is', () => {
  const layout = layoutPlan(DIAMOND, { ...SIZES, width: 410 });
  assert.equal(layout.direction, 'down');
  assert.equal(layout.nodeWidth, 200);
  assert.ok(layout.nodes.every(({ x }) => x >= 0 && x + layout.nodeWidth <= 410));
});

test('independent tasks stand beside each other, and no two nodes overlap', () => {
  const { nodes, edges, nodeWidth } = layoutPlan(DIAMOND, SIZES);
  assert.equal(edges.length, 5);
  for (const [index, one] of nodes.entries()) {
    for (const other of nodes.slice(index + 1)) {
      const isApart =
        Math.abs(one.x - other.x) >= nodeWidth || Math.abs(one.y - other.y) >= SIZES.nodeHeight;
      assert.ok(isApart, `${one.id} and ${other.id}`);
    }
  }
});

test('a task that reads itself, a cycle or nothing that exists is drawn all the same', () => {
  const layout = layoutPlan(
    [
      { id: 'task1', dependsOn: ['task1', 'task2'] },
      { id: 'task2', dependsOn: ['task1', 'task9'] },
    ],
    SIZES,
  );
  assert.equal(layout.nodes.length, 2);
});

test('no task needs no room', () => {
  const { width, height } = layoutPlan([], SIZES);
  assert.deepEqual([width, height], [0, 0]);
});

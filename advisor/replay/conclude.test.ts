import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conclude } from './conclude.ts';
import type { Experiment } from './experiment.ts';
import type { MeasuredLoad } from './measure.ts';
import type { Verdict } from './verdict.ts';

const EXPERIMENT: Experiment = {
  apply: ['CREATE INDEX i ON t (a)'],
  revert: ['DROP INDEX i'],
  goal: 'faster',
  metric: null,
  loads: [],
  warnings: [],
  callers: null,
};
const REST = { control: null, sizeBytes: 0, callCount: 64, work: [], writes: [] };

function load(changes: Partial<MeasuredLoad>): MeasuredLoad {
  return {
    name: 'calls',
    role: 'main',
    clock: 'processor',
    baselineMs: 10,
    candidateMs: 5,
    baselineWallMs: 10,
    candidateWallMs: 5,
    factor: { median: 2, low: 1.8, high: 2.2 },
    judgement: 'faster',
    rowCount: 64,
    areResultsEqual: true,
    difference: null,
    ...changes,
  };
}

const outcomeOf = (
  loads: readonly MeasuredLoad[],
  experiment: Partial<Experiment> = {},
  rest: Partial<Verdict> = {},
) => conclude({ ...EXPERIMENT, ...experiment }, loads, { ...REST, ...rest });

const same = { judgement: 'same', factor: { median: 1, low: 0.98, high: 1.02 } } as const;
const slower = { judgement: 'slower', factor: { median: 0.5, low: 0.4, high: 0.6 } } as const;

test('a gain with equal results is verified, with its factor', () => {
  const { outcome, reason } = outcomeOf([load({})]);
  assert.equal(outcome, 'verified');
  assert.match(reason, /2\.0× \(1\.80 to 2\.2\)/);
});

test('other results refute a change, however fast it is', () => {
  const differing = load({ areResultsEqual: false, difference: ['1', '2'] });
  const { outcome, reason } = outcomeOf([differing]);
  assert.equal(outcome, 'refuted');
  assert.match(reason, /1 became 2/);
});

test('a change that makes writers fail is refuted, and the error is named', () => {
  const failing = load({
    name: 'updates of a',
    role: 'upkeep',
    areResultsEqual: false,
    difference: ['(no row)', 'error 23503: it is still referenced. See the manual.'],
  });
  const { outcome, reason } = outcomeOf([load({}), failing]);
  assert.equal(outcome, 'refuted');
  assert.match(reason, /updates of a fail: 23503: it is still referenced$/);
});

test('a gain that others pay for is refuted', () => {
  const { outcome, reason } = outcomeOf([
    load({}),
    load({ name: 'others', role: 'related', ...slower }),
  ]);
  assert.equal(outcome, 'refuted');
  assert.match(reason, /others take 2\.0×/);
});

test('a cost without a known gain refutes nothing yet', () => {
  const upkeep = load({ name: 'writes', role: 'upkeep', ...slower });
  assert.equal(outcomeOf([load({ judgement: 'unclear' }), upkeep]).outcome, 'inconclusive');
  assert.equal(outcomeOf([load(same), upkeep]).outcome, 'refuted');
});

test('no gain refutes; one within the noise is inconclusive', () => {
  assert.equal(outcomeOf([load(same)]).outcome, 'refuted');
  assert.equal(outcomeOf([load({ judgement: 'unclear' })]).outcome, 'inconclusive');
  assert.equal(outcomeOf([load(slower)]).outcome, 'refuted');
  assert.equal(outcomeOf([]).outcome, 'inconclusive');
});

test('where nothing is to get faster, equal results at equal speed are enough', () => {
  const goal = { goal: 'same' } as const;
  assert.equal(outcomeOf([load(same)], goal).outcome, 'verified');
  assert.equal(outcomeOf([load(slower)], goal).outcome, 'refuted');
  const wide = (low: number) => ({
    judgement: 'unclear' as const,
    factor: { median: 1, low, high: 1.5 },
  });
  assert.equal(outcomeOf([load(wide(0.85))], goal).outcome, 'verified');
  assert.equal(outcomeOf([load(wide(0.5))], goal).outcome, 'inconclusive');
});

test('where there is to be less of something, it is counted', () => {
  const goal = { goal: 'less', metric: 'logLines' } as const;
  const counted = (candidate: number) => ({
    work: [{ metric: 'logLines' as const, baseline: 640, candidate }],
  });
  const { outcome, reason } = outcomeOf([load(same)], goal, counted(0));
  assert.deepEqual([outcome, /640 log lines became 0/.test(reason)], ['verified', true]);
  assert.equal(outcomeOf([load(same)], goal, counted(639)).outcome, 'refuted');
  assert.equal(outcomeOf([load({})], goal).outcome, 'refuted', 'faster is not what it is for');
  assert.equal(outcomeOf([load(slower)], goal, counted(0)).outcome, 'refuted');
});

test('calls that write something else are refuted, however fast they are', () => {
  const writes = [{ table: 'orders', baselineRows: 64, candidateRows: 63, areEqual: false }];
  const { outcome, reason } = outcomeOf([load({})], {}, { writes });
  assert.equal(outcome, 'refuted');
  assert.match(reason, /orders: 64 rows, and 63/);
});

test('what writers pay for a gain is told in calls that make up for it', () => {
  const upkeep = load({ name: 'writes', role: 'upkeep', baselineMs: 1, candidateMs: 2, ...slower });
  const { outcome, warnings } = outcomeOf([load({ rowCount: 50 }), upkeep]);
  assert.equal(outcome, 'verified');
  assert.deepEqual(warnings, ['writes take 1.0 ms more, which 10 calls make up for']);
});

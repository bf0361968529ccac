import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conclude } from './conclude.ts';
import type { Experiment } from './experiment.ts';
import type { MeasuredLoad } from './measure.ts';

const EXPERIMENT: Experiment = {
  apply: ['CREATE INDEX i ON t (a)'],
  revert: ['DROP INDEX i'],
  goal: 'faster',
  loads: [],
  warnings: [],
  callers: null,
};
const REST = { control: null, sizeBytes: 0, callCount: 64 };

function load(changes: Partial<MeasuredLoad>): MeasuredLoad {
  return {
    name: 'calls',
    role: 'main',
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

const outcomeOf = (loads: readonly MeasuredLoad[], experiment: Partial<Experiment> = {}) =>
  conclude({ ...EXPERIMENT, ...experiment }, loads, REST);

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
  assert.equal(outcomeOf([load({ judgement: 'unclear' })], goal).outcome, 'inconclusive');
});

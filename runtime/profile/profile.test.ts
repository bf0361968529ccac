import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRecording, timelineOf, toCpuProfile, topLines } from './index.ts';

const RECORDING = JSON.stringify({
  interval_us: 1000,
  dropped: 0,
  events: [
    { kind: 'sample', thread: 1, at_us: 2000, frames: ['inner', 'entry'] },
    { kind: 'sample', thread: 1, at_us: 3000, frames: ['ask', 'entry'] },
    { kind: 'query', thread: 1, at_us: 3000, duration_us: 5000, name: 'SELECT ?' },
    // Inside the query: another call of the same thread, which must not count twice.
    { kind: 'call', thread: 1, at_us: 4000, duration_us: 1000, name: 'nested' },
    { kind: 'call', thread: 1, at_us: 1000, duration_us: 9000, name: 'outer' },
    { kind: 'call', thread: 2, at_us: 500, duration_us: 1000, name: 'outer' },
  ],
});

test('time within calls is all accounted for, once', () => {
  const timeline = timelineOf(parseRecording(RECORDING));
  const total = timeline.reduce((sum, { startUs, endUs }) => sum + endUs - startUs, 0);
  assert.equal(total, 10_000);
  const lines = new Map(topLines(timeline).map((line) => [line.name, line]));
  assert.equal(lines.get('SQL: SELECT ?')?.selfMs, 5);
  assert.equal(lines.get('inner')?.selfMs, 1);
  assert.equal(lines.get('entry')?.totalMs, 7);
  assert.equal(lines.get('outer')?.totalMs, 10);
  assert.equal(lines.has('nested'), false);
});

test('a profile is what viewers read: parents first, ids from 1, even steps', () => {
  const timeline = timelineOf(parseRecording(RECORDING));
  const { nodes, samples, timeDeltas, startTime, endTime } = toCpuProfile(timeline);
  const seen = new Set<number>([1]);
  nodes.forEach(({ id, children }, index) => {
    assert.equal(id, index + 1);
    assert.ok(seen.has(id), `node ${id} comes before its parent`);
    for (const child of children) seen.add(child);
  });
  assert.equal(samples.length, timeDeltas.length);
  assert.equal(startTime, 0);
  assert.ok(Math.abs(endTime - 10_000) <= 20, String(endTime));
  const hits = nodes.reduce((sum, { hitCount }) => sum + hitCount, 0);
  assert.equal(hits, samples.length);
  const query = nodes.find(({ callFrame }) => callFrame.functionName === 'SQL: SELECT ?');
  assert.ok(Math.abs((query?.hitCount ?? 0) / samples.length - 0.5) < 0.02);
});

test('an empty recording is an empty profile', () => {
  const timeline = timelineOf(parseRecording('{"interval_us":1000,"dropped":0,"events":[]}'));
  assert.deepEqual(topLines(timeline), []);
  assert.deepEqual(toCpuProfile(timeline).samples, []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixedClock } from '#core';
import { BuildProgress } from './progress.ts';

function begin() {
  const clock = fixedClock('2026-01-01T00:00:00Z');
  const lines: string[] = [];
  return { clock, lines, progress: new BuildProgress((line) => lines.push(line), clock) };
}

test('the last state of the bar is printed, at most every three seconds', () => {
  const { clock, lines, progress } = begin();
  progress.read('    Building [=>   ] 1/12: libc\r');
  clock.advance(3000);
  progress.read(
    '    Building [=>   ] 2/12: libc, serde(build.rs), rayon\r    Building [==>  ] 3/12: serde\r',
  );
  clock.advance(1000);
  progress.read('    Building [==>  ] 4/12: rayon\r');
  clock.advance(70_000);
  progress.read('    Building [==>  ] 5/12\r');
  progress.read('    Building [==>  ] 5/12: wasmtime, wasm...\r');
  assert.deepEqual(lines, [
    'engine: 3 of 12 crates compiled (serde), 3 s',
    'engine: 5 of 12 crates compiled, 1 min 14 s',
  ]);
});

test('silence is broken every ten seconds, and what is the same is not repeated sooner', () => {
  const { clock, lines, progress } = begin();
  clock.advance(4000);
  progress.read(' Downloading crates ...\n');
  clock.advance(9000);
  progress.read(' Downloaded serde\n');
  progress.tick();
  assert.equal(lines.length, 1);
  clock.advance(1000);
  progress.tick();
  progress.end('engine: ready');
  assert.deepEqual(lines, [
    'engine: fetching crates, 4 s',
    'engine: fetching crates, 14 s',
    'engine: ready after 14 s',
  ]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { ThreadGate } from './thread-gate.ts';

/** Work that ends when it is told to. */
function work(gate: ThreadGate, sql: string, done: string[]): () => void {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  void gate.run(sql, async () => {
    done.push(`begins ${sql}`);
    await ended;
    done.push(`ends ${sql}`);
  });
  return end;
}

for (const sql of [
  'SET threads = 2',
  'set global Worker_Threads to 3',
  'RESET threads',
  'PRAGMA threads=4',
]) {
  test(`${sql} waits until nothing runs, and others wait for it`, async () => {
    const gate = new ThreadGate();
    const done: string[] = [];
    const first = work(gate, 'first', done);
    const change = work(gate, sql, done);
    const second = work(gate, 'second', done);
    await setImmediate();
    assert.deepEqual(done, ['begins first', 'begins second']);
    first();
    second();
    await setImmediate();
    const third = work(gate, 'third', done);
    await setImmediate();
    assert.deepEqual(done.slice(2), ['ends first', 'ends second', `begins ${sql}`]);
    change();
    third();
    await setImmediate();
    assert.deepEqual(done.slice(5), [`ends ${sql}`, 'begins third', 'ends third']);
  });
}

test('what fails lets others go on', async () => {
  const gate = new ThreadGate();
  const failing = gate.run('SET threads = 0', () => Promise.reject(new Error('no')));
  const next = gate.run("SELECT 'threads'", () => Promise.resolve(7));
  await assert.rejects(failing);
  assert.equal(await next, 7);
});

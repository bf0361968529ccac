import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeSample } from '../cli/run-cli.ts';
import type { Json } from './scene.ts';

const PROGRAM = fileURLToPath(new URL('../../cli/start.mjs', import.meta.url));

async function serve(file: string) {
  const child = spawn(
    process.execPath,
    [PROGRAM, 'serve', '--db', file, '--port', '0', '--quiet'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const ended = once(child, 'close').then(([code]) => {
    throw new Error(`the service ended with ${code} before it was ready`);
  });
  const ready = once(createInterface({ input: child.stdout }), 'line');
  const [url] = (await Promise.race([ready, ended])) as [string];
  ended.catch(() => undefined);
  const post = async (path: string, body: object): Promise<Json> => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return await response.json();
  };
  const get = async (path: string): Promise<Json> => (await fetch(`${url}/api/v1${path}`)).json();
  return { child, post, get };
}

test('a service that is killed in the middle of a run and a write leaves nothing half done', async () => {
  await using sample = await makeSample();
  const first = await serve(sample.file);
  const done = await first.post('/runs', { question: 'How many orders are there?' });
  // The write is large enough to be under way when the service is killed.
  const writing = first
    .post('/sql', { sql: 'INSERT INTO orders SELECT range, 1, 1 FROM range(20000000)' })
    .catch(() => null);
  const cut = await first.post('/runs', { question: 'How many customers are there?' });
  // Both runs are in the file once they are listed: listing writes first.
  await first.get('/runs');
  first.child.kill('SIGKILL');
  await once(first.child, 'close');
  await writing;

  const second = await serve(sample.file);
  const { runs } = await second.get('/runs');
  const ids = runs.map(({ id }: { id: string }) => id);
  assert.deepEqual(ids, [cut.run.id, done.run.id]);
  for (const { status } of runs) assert.match(status, /^(ok|failed)$/);
  const counted = await second.post('/sql', { sql: 'SELECT count(*) FROM orders' });
  assert.ok([2000, 20002000].includes(counted.rows[0][0]), String(counted.rows[0][0]));
  const asked = await second.post('/runs', { question: 'How many customers are there?' });
  assert.equal(asked.run.status, 'running');
  second.child.kill('SIGTERM');
  const [code] = await once(second.child, 'close');
  assert.equal(code, 0);
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { ownUserId, socketPaths } from './socket-path.ts';

test('a socket lies beside its file, or in a folder of this user where that is too long', () => {
  assert.equal(socketPaths('/nowhere/a.duckdb')[0], '/nowhere/a.duckdb.sock');
  const [only, ...others] = socketPaths(`/nowhere/${'long'.repeat(30)}.duckdb`);
  assert.match(only ?? '', /heliosdb[^/]*\/[0-9a-f]{20}\.sock$/);
  assert.deepEqual(others, []);
});

// Containers run with numbers that nobody is called by.
const isRoot = ownUserId() === 0;
test('a user without a name has sockets too', { skip: !isRoot && 'needs root' }, () => {
  const module = JSON.stringify(join(import.meta.dirname, 'socket-path.ts'));
  const program = `import(${module}).then((all) => console.log(all.socketPaths('/nowhere/a.duckdb').length))`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--eval', program], {
    uid: 54_321,
    gid: 54_321,
    encoding: 'utf8',
    env: { ...process.env, XDG_RUNTIME_DIR: '' },
  });
  assert.equal(stdout.trim(), '2', stderr);
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { countedIds, fixedClock } from '#core';
import type { Json, Scene } from './scene.ts';
import { startScene } from './scene.ts';

let scene: Scene;
before(async () => {
  scene = await startScene({ isTokenRequired: true, clock: fixedClock('2026-01-01T00:00:00Z') });
});
after(async () => {
  await scene[Symbol.asyncDispose]();
});

/** A token made as its owner would: over the socket, which needs none. */
async function tokenOf(role: string, more: object = {}): Promise<{ secret: string; token: Json }> {
  const { request } = await import('node:http');
  const name = countedName.next(role);
  const sent = request({
    socketPath: scene.service.socketPath ?? '',
    method: 'POST',
    path: '/api/v1/tokens',
    headers: { 'content-type': 'application/json' },
  });
  sent.end(JSON.stringify({ name, role, ...more }));
  const [response] = await once(sent, 'response');
  let text = '';
  for await (const piece of response) text += piece;
  assert.equal(response.statusCode, 201, text);
  return JSON.parse(text);
}
const countedName = countedIds();

const bearer = (secret: string): Record<string, string> => ({ authorization: `Bearer ${secret}` });

/** Sends bytes as they are and returns what comes back until the service closes. */
async function raw(text: string): Promise<string> {
  const { hostname, port } = new URL(scene.service.url);
  const socket = connect(Number(port), hostname);
  socket.write(text);
  let reply = '';
  socket.on('data', (piece) => {
    reply += piece;
    if (reply.includes('\r\n\r\n')) socket.end();
  });
  socket.on('error', () => undefined);
  await once(socket, 'close');
  return reply;
}

test('without a token, with a wrong one or an expired one nothing is told', async () => {
  const expired = await tokenOf('admin', { expires: '2025-12-31T00:00:00Z' });
  for (const headers of [
    {},
    bearer('hdb_nothing'),
    bearer(expired.secret),
    bearer("' OR 1=1 --"),
    { authorization: `Basic ${btoa('admin:admin')}` },
    { authorization: `Bearer ${'x'.repeat(5000)}` },
  ]) {
    const { status, body, headers: sent } = await scene.call('GET', '/runs', undefined, headers);
    assert.equal(status, 401, JSON.stringify(headers).slice(0, 80));
    assert.equal(body.error.sqlstate, '28000');
    assert.equal(sent.get('www-authenticate'), 'Bearer');
  }
});

test('a token is kept as a hash, shown once and worthless when it is revoked', async () => {
  const admin = await tokenOf('admin');
  const listed = await scene.call('GET', '/tokens', undefined, bearer(admin.secret));
  assert.ok(!JSON.stringify(listed.body).includes(admin.secret));
  const stored = await scene.call(
    'POST',
    '/sql',
    { sql: "SELECT count(*) FROM heliosdb.access_tokens t WHERE t::VARCHAR LIKE '%hdb_%'" },
    bearer(admin.secret),
  );
  assert.deepEqual(stored.body.rows, [[0]]);
  const reader = await tokenOf('reader');
  assert.equal((await scene.call('GET', '/me', undefined, bearer(reader.secret))).status, 200);
  await scene.call('DELETE', `/tokens/${reader.token.id}`, undefined, bearer(admin.secret));
  assert.equal((await scene.call('GET', '/me', undefined, bearer(reader.secret))).status, 401);
});

test('a role does what it may and no more', async () => {
  const reader = bearer((await tokenOf('reader')).secret);
  const sql = (text: string, headers = reader) =>
    scene.call('POST', '/sql', { sql: text }, headers);
  assert.deepEqual((await sql('SELECT count(*) FROM orders')).body.rows, [[2000]]);
  for (const text of [
    'DELETE FROM orders',
    'DROP TABLE orders',
    'SELECT * FROM heliosdb.access_tokens',
    "SELECT * FROM read_text('/etc/passwd')",
    "COPY orders TO '/tmp/stolen.csv'",
    "ATTACH '/tmp/other.duckdb'",
    'SELECT heliosdb_set_role(NULL)',
    'SELECT 1; DELETE FROM orders',
    'SET threads = 1',
    'GRANT WRITE ON ALL TABLES TO reader',
  ]) {
    const { status, body } = await sql(text);
    assert.ok(status === 403 || status === 400, `${text}: ${status} ${JSON.stringify(body)}`);
  }
  assert.equal((await scene.call('GET', '/tokens', undefined, reader)).status, 403);
  assert.deepEqual((await sql('SELECT count(*) FROM orders')).body.rows, [[2000]]);
});

test('a table that a role was not granted is not there for it', async () => {
  const admin = bearer((await tokenOf('admin')).secret);
  const script = `CREATE TABLE salaries AS SELECT 1 AS id, 5000 AS salary;
    REVOKE SELECT ON ALL TABLES FROM caller;
    GRANT SELECT ON orders TO caller;`;
  assert.equal((await scene.call('POST', '/sql', { sql: script }, admin)).status, 200);
  const caller = bearer((await tokenOf('caller')).secret);
  const { body } = await scene.call('GET', '/catalog', undefined, caller);
  assert.deepEqual(
    body.tables.map(({ name }: { name: string }) => name),
    ['orders'],
  );
  const sql = { sql: 'SELECT salary FROM salaries' };
  assert.equal((await scene.call('POST', '/sql', sql, caller)).status, 403);
  const question = { question: 'What is the average salary of salaries?' };
  const { run } = (await scene.call('POST', '/runs', question, caller)).body;
  await scene.call('GET', `/runs/${run.id}/events`, undefined, caller);
  const answered = (await scene.call('GET', `/runs/${run.id}`, undefined, caller)).body.run;
  assert.equal(answered.status, 'refused');
});

test('CALL of a role is judged and run as the same statement', async () => {
  const admin = bearer((await tokenOf('admin')).secret);
  const sql = (text: string, headers: Record<string, string>) =>
    scene.call('POST', '/sql', { sql: text }, headers);
  const script = `CREATE ROLE outside; CREATE TABLE wages AS SELECT 'x' AS grade FROM range(41)`;
  assert.equal((await sql(script, admin)).status, 200);
  const outside = bearer((await tokenOf('reader', { databaseRole: 'outside' })).secret);
  // As a scalar function it looks at two constants, as a table function it counts a table's rows.
  const counted = "histogram('wages', ['x'])";
  assert.ok(JSON.stringify((await sql(`CALL ${counted}`, admin)).body.rows).includes('41'));
  for (const text of [`CALL ${counted}`, 'CALL range(3)', 'CALL pragma_version()']) {
    const { body } = await sql(text, outside);
    assert.ok(!JSON.stringify(body).includes('41'), `${text}: ${JSON.stringify(body)}`);
  }
  assert.equal((await sql('CALL pragma_version()', outside)).body.error.sqlstate, '42000');
});

test('an identity that asks too often waits, and another one does not', async () => {
  const slow = bearer((await tokenOf('reader', { requestsPerMinute: 2 })).secret);
  const other = bearer((await tokenOf('reader')).secret);
  for (let count = 0; count < 2; count += 1) {
    assert.equal((await scene.call('GET', '/me', undefined, slow)).status, 200);
  }
  const refused = await scene.call('GET', '/me', undefined, slow);
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get('retry-after'), '30');
  assert.equal((await scene.call('GET', '/me', undefined, other)).status, 200);
});

test('time of statements and exports is counted like that of questions', async () => {
  // A clock that goes on by a second whenever it is read.
  let elapsedMs = 0;
  const clock = {
    now: () => new Date('2026-01-01T00:00:00Z'),
    elapsedMs: () => {
      elapsedMs += 1_000;
      return elapsedMs;
    },
  };
  await using slow = await startScene({ clock });
  const body = { name: 'few', role: 'reader', runSecondsPerHour: 3 };
  const headers = bearer((await slow.call('POST', '/tokens', body)).body.secret);
  const statuses: number[] = [];
  for (let count = 0; count < 6; count += 1) {
    const sql = { sql: 'SELECT 1' };
    statuses.push((await slow.call('POST', '/sql', sql, headers)).status);
  }
  assert.deepEqual([statuses[0], statuses.at(-1)], [200, 429], String(statuses));
  const asked = await slow.call('POST', '/runs', { question: 'How many orders?' }, headers);
  assert.equal(asked.status, 429, 'questions and statements share one allowance');
});

test('requests of foreign pages and for foreign names are refused, with a token too', async () => {
  const token = bearer((await tokenOf('admin')).secret);
  for (const headers of [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: scene.service.url.replace('127.0.0.1', 'localhost.evil.example') },
  ]) {
    const { status } = await scene.call('GET', '/runs', undefined, { ...token, ...headers });
    assert.equal(status, 403, JSON.stringify(headers));
  }
  const own = { ...token, origin: scene.service.url };
  assert.equal((await scene.call('GET', '/runs', undefined, own)).status, 200);
  const rebound = await raw('GET /api/v1/runs HTTP/1.1\r\nHost: evil.example\r\n\r\n');
  assert.match(rebound, /^HTTP\/1\.1 403 /);
});

test('a form of another page cannot post: only JSON is read', async () => {
  const token = bearer((await tokenOf('admin')).secret);
  const response = await fetch(`${scene.service.url}/api/v1/runs`, {
    method: 'POST',
    headers: { ...token, 'content-type': 'text/plain' },
    body: '{"question":"How many orders are there?"}',
  });
  assert.ok(response.status >= 400 && response.status < 500);
});

test('bodies, headers and paths that are too much are refused, and the service lives', async () => {
  const token = bearer((await tokenOf('admin')).secret);
  const huge = await scene.call('POST', '/runs', { question: 'x'.repeat(2_000_000) }, token);
  assert.equal(huge.status, 413);
  const malformed = await scene.call('POST', '/runs', { question: 7, more: true }, token);
  assert.equal(malformed.status, 400);
  assert.match(malformed.body.error.detail, /body\.question/);
  const { host } = new URL(scene.service.url);
  const long = await raw(
    `GET / HTTP/1.1\r\nHost: ${host}\r\nX-Long: ${'x'.repeat(40_000)}\r\n\r\n`,
  );
  assert.match(long, /^HTTP\/1\.1 431 /);
  for (const path of [
    '/../../etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/..%2f..%2fetc%2fpasswd',
  ]) {
    const reply = await raw(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    assert.doesNotMatch(reply, /root:/);
    assert.match(reply, /^HTTP\/1\.1 4/);
  }
  assert.equal((await scene.call('GET', '/healthz')).status, 200);
});

test('a header cannot be split through what is echoed', async () => {
  const { host } = new URL(scene.service.url);
  const reply = await raw(
    `GET /api/v1/runs/a%0d%0aX-Injected:%20yes HTTP/1.1\r\nHost: ${host}\r\nX-Request-Id: a\r\n\r\n`,
  );
  assert.doesNotMatch(reply, /^x-injected:/im);
  assert.doesNotMatch(reply, /^x-request-id: a\r$/im);
});

test('every reply forbids foreign scripts, frames and guessing of types', async () => {
  const { headers } = await scene.call('GET', '/healthz');
  assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/);
  assert.doesNotMatch(headers.get('content-security-policy') ?? '', /unsafe/);
  assert.equal(headers.get('x-content-type-options'), 'nosniff');
  assert.equal(headers.get('set-cookie'), null);
});

test('refusals and changes are in the audit log', async () => {
  const admin = bearer((await tokenOf('admin')).secret);
  const reader = await tokenOf('reader');
  await scene.call('GET', '/tokens', undefined, bearer(reader.secret));
  const { body } = await scene.call('GET', '/audit', undefined, admin);
  const actions = body.audit.map(
    (entry: Json) => `${entry.identity} ${entry.action} ${entry.sqlstate}`,
  );
  assert.ok(actions.includes(`${reader.token.name} GET /tokens 42501`), actions.join('\n'));
  assert.ok(actions.includes('owner POST /tokens null'));
});

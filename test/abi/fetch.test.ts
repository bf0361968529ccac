/**
 * HTTPS requests of guests, against a server of this machine. Settings of the process name its hosts
 * and trust its certificate; everything else is as it is for a host of the internet.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:https';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { HeliosError } from '#core';
import type { Session } from '../ddl/scene.ts';
import { withSession } from '../ddl/scene.ts';
import { createModule, hostCallModule } from './host-call.ts';

const CERTIFICATES = join(import.meta.dirname, 'certificates');
const folder = mkdtempSync(join(tmpdir(), 'heliosdb-fetch-'));

let server: Server;
let port = 0;
let connectionCount = 0;
/** The requests that arrived, by their path. */
const arrived: string[] = [];

const ROUTES: Readonly<
  Record<string, (request: IncomingMessage, response: ServerResponse, body: string) => void>
> = {
  '/echo': (request, response, body) => {
    response.setHeader('x-answer', 'yes');
    response.end(JSON.stringify({ method: request.method, headers: request.headers, body }));
  },
  '/missing': (_, response) => response.writeHead(404).end('nothing here'),
  '/relative': (_, response) => redirect(response, '/echo'),
  '/listed': (_, response) => redirect(response, `https://other.example.test:${port}/echo`),
  '/unlisted': (_, response) => redirect(response, `https://wrong.example.test:${port}/echo`),
  '/plain': (_, response) => redirect(response, `http://api.example.test:${port}/echo`),
  '/inside': (_, response) => redirect(response, `https://inside.example.test:${port}/echo`),
  '/round': (_, response) => redirect(response, '/round'),
  '/huge': (_, response) => flood(response),
  '/slow': (_, response) => trickle(response),
  '/silent': () => {},
};

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { location }).end();
}

function flood(response: ServerResponse): void {
  const block = Buffer.alloc(65_536, 'x');
  const more = () => {
    while (!response.destroyed && response.write(block));
  };
  response.on('drain', more);
  more();
}

function trickle(response: ServerResponse): void {
  const timer = setInterval(() => response.write('x'), 20);
  response.on('close', () => clearInterval(timer));
}

before(async () => {
  server = createServer(
    {
      key: readFileSync(join(CERTIFICATES, 'server.key')),
      cert: readFileSync(join(CERTIFICATES, 'server.pem')),
    },
    (request, response) => {
      arrived.push(`${request.headers.host?.split(':')[0]}${request.url}`);
      let body = '';
      request.on('data', (part) => {
        body += part;
      });
      const path = request.url?.split('?')[0] ?? '';
      request.on('end', () => (ROUTES[path] ?? ROUTES['/missing'])?.(request, response, body));
    },
  );
  server.on('connection', () => {
    connectionCount += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  const local = ['127.0.0.1'];
  const settings = {
    hosts: {
      'api.example.test': local,
      'other.example.test': local,
      'wrong.example.test': local,
      'inside.example.test': ['10.0.0.1'],
      'mapped.example.test': ['::ffff:127.0.0.1'],
      'metadata.example.test': ['169.254.169.254'],
      'unique.example.test': ['fd00::1'],
    },
    allowed_addresses: local,
    certificates: join(CERTIFICATES, 'authority.pem'),
  };
  const path = join(folder, 'network.json');
  writeFileSync(path, JSON.stringify(settings));
  process.env.HELIOSDB_NETWORK_SETTINGS = path;
});
after(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

const HOSTS = ['api', 'other', 'inside', 'mapped', 'metadata', 'unique'];
const granted = (names: readonly string[] = HOSTS): string =>
  `CAPABILITIES (${names.map((name) => `'network:${name}.example.test:${port}'`).join(', ')})`;
const api = (path: string): string => `https://api.example.test:${port}${path}`;

async function create(session: Session, request: unknown, clauses: string): Promise<void> {
  const args = [JSON.stringify(request), { buffer: 1_000_000 }];
  await session.run(createModule(hostCallModule([{ name: 'heliosdb_fetch', args }]), { clauses }));
}

async function ask(
  session: Session,
  request: unknown,
  clauses: string = granted(),
): Promise<Answer> {
  await create(session, request, clauses);
  const bytes = (await session.value('SELECT called()')) as Uint8Array;
  const answer = JSON.parse(Buffer.from(bytes).toString());
  return { ...answer, body: Buffer.from(answer.body, 'base64').toString() };
}

/** What a refused request left in the error of its statement. */
async function refusal(session: Session, request: unknown, clauses?: string): Promise<string> {
  const outcome = await ask(session, request, clauses).catch((error: unknown) => error);
  assert(HeliosError.isInstance(outcome), `not refused: ${JSON.stringify(outcome)}`);
  assert.equal(outcome.sqlstate, '38000', String(outcome));
  return String(outcome.detail);
}

test('a request is answered with status, headers and body', () =>
  withSession(async (session) => {
    const headers = { 'X-Key': 'a b', accept: 'text/plain' };
    const answer = await ask(session, { url: api('/echo?q=1'), headers });
    assert.equal(answer.status, 200);
    assert.equal(answer.url, api('/echo?q=1'));
    assert(answer.headers.some(([name, value]) => name === 'x-answer' && value === 'yes'));
    const seen = JSON.parse(answer.body);
    assert.deepEqual([seen.method, seen.headers['x-key']], ['GET', 'a b']);
    const posted = await ask(session, { url: api('/echo'), method: 'POST', body: 'ä body' });
    assert.equal(JSON.parse(posted.body).body, 'ä body');
    const missing = await ask(session, { url: api('/missing') });
    assert.deepEqual([missing.status, missing.body], [404, 'nothing here']);
  }));

test('only HTTPS at listed hosts and ports is asked', () =>
  withSession(async (session) => {
    const seen = arrived.length;
    const url = api('/echo');
    assert.match(await refusal(session, { url }, granted(['other'])), /42501.*may not ask api/);
    assert.match(await refusal(session, { url }, 'CAPABILITIES ()'), /42501/);
    assert.match(
      await refusal(session, { url }, "CAPABILITIES ('network:api.example.test')"),
      /42501/,
    );
    assert.match(await refusal(session, { url: 'https://api.example.test/' }), /42501/);
    assert.match(await refusal(session, { url: url.replace('https', 'http') }), /42501.*HTTPS/);
    assert.match(await refusal(session, { url: url.replace('//', '//user@') }), /22023/);
    assert.match(await refusal(session, { url: 'https://127.0.0.1/' }), /42501/);
    assert.match(await refusal(session, { url: `https://127.0.0.1:${port}/` }), /42501/);
    assert.equal(arrived.length, seen, 'nothing reached the server');
  }));

test('no spelling of an address reaches another host than the one that is listed', () =>
  withSession(async (session) => {
    const spelled = `https://API.Example.TEST:${port}/echo`;
    assert.equal((await ask(session, { url: spelled })).status, 200);
    const others = [
      `https://x.api.example.test:${port}/echo`,
      `https://example.test:${port}/echo`,
      `https://api.example.test.other.example.test:${port}/echo`,
      `https://api.example.test@other.example.test:${port}/echo`,
      `https://other.example.test:${port}#@api.example.test:${port}/echo`,
      `https://other.example.test:${port}\\@api.example.test:${port}/echo`,
      // A Cyrillic letter, as it is and as names are looked up.
      `https://\u0430pi.example.test:${port}/echo`,
      `https://xn--pi-7kc.example.test:${port}/echo`,
      `https://api%2eexample.test:${port}/echo`,
      `https://[::1]:${port}/echo`,
      `https://[::ffff:127.0.0.1]:${port}/echo`,
      `https://2130706433:${port}/echo`,
      `https://0x7f.1:${port}/echo`,
      `HTTP://api.example.test:${port}/echo`,
      'file:///etc/passwd',
    ];
    const before = arrived.length;
    const only = granted(['api']);
    for (const url of others) {
      assert.match(await refusal(session, { url }, only), /42501|22023/, url);
    }
    assert.equal(arrived.length, before);
  }));

test('names that lead to private addresses are refused', () =>
  withSession(async (session) => {
    for (const name of ['inside', 'mapped', 'metadata', 'unique']) {
      const url = `https://${name}.example.test:${port}/echo`;
      assert.match(await refusal(session, { url }), /42501.*not at a public address/, name);
    }
  }));

test('redirects are held against the same rules', () =>
  withSession(async (session) => {
    assert.equal((await ask(session, { url: api('/relative') })).url, api('/echo'));
    const listed = await ask(session, { url: api('/listed') });
    assert.equal(listed.url, `https://other.example.test:${port}/echo`);
    const secret = { authorization: 'Bearer secret' };
    const moved = await ask(session, { url: api('/listed'), headers: secret });
    assert.equal(JSON.parse(moved.body).headers.authorization, undefined);
    const seen = arrived.length;
    assert.match(await refusal(session, { url: api('/unlisted') }), /42501.*may not ask wrong/);
    assert.match(await refusal(session, { url: api('/inside') }), /42501.*public address/);
    assert.match(await refusal(session, { url: api('/plain') }), /42501.*HTTPS/);
    assert.equal(arrived.length, seen + 3, 'only the redirects themselves arrived');
    assert.match(await refusal(session, { url: api('/round') }), /58030.*redirects without end/);
  }));

test('a certificate for another name does not hold', () =>
  withSession(async (session) => {
    const url = `https://wrong.example.test:${port}/echo`;
    assert.match(await refusal(session, { url }, granted(['wrong'])), /58030/);
  }));

test('what would end a header or a line of the request is refused', () =>
  withSession(async (session) => {
    const url = api('/echo');
    for (const request of [
      { url, headers: { 'x-a': 'b\r\nhost: other' } },
      { url, headers: { 'x-a\r\nx-b': 'c' } },
      { url, headers: { host: 'other.example.test' } },
      { url, headers: { 'transfer-encoding': 'chunked' } },
      { url, method: 'GET /other HTTP/1.1\r\nx: y' },
      { url, method: 'CONNECT' },
      { url: `${url} HTTP/1.1\r\nx: y` },
      { url, body: 'of a GET' },
      { url, unknown: true },
      [url],
    ]) {
      assert.match(await refusal(session, request), /22023/, JSON.stringify(request));
    }
  }));

test('size, time and number of requests are bounded', () =>
  withSession(async (session) => {
    const few = `${granted()} SET (fetch_bytes_max = 100000, fetch_time_ms_max = 500)`;
    assert.match(await refusal(session, { url: api('/huge') }, few), /53400.*larger than it may/);
    assert.match(await refusal(session, { url: api('/slow') }, few), /53400.*longer than it may/);
    assert.match(await refusal(session, { url: api('/silent') }, few), /53400.*longer than it may/);
    assert.match(
      await refusal(session, { url: api('/silent'), timeout_ms: 200 }),
      /53400.*longer than it may/,
    );
    const long = { url: api('/echo'), method: 'POST', body: 'x'.repeat(100_000) };
    assert.match(await refusal(session, long, few), /53400.*request.*larger/);
    await create(session, { url: api('/echo') }, `${granted()} SET (fetches_max = 0)`);
    assert.equal((await session.error('SELECT called()')).sqlstate, '53400');
  }));

test('rows that go one after another share one connection', () =>
  withSession(async (session) => {
    await session.run('SET threads TO 1');
    await create(session, { url: api('/echo') }, granted());
    const before = connectionCount;
    await session.run('SELECT called() FROM range(20)');
    assert.equal(connectionCount - before, 1);
  }));

test('rows that wait side by side keep their connections for the rows after them', () =>
  withSession(async (session) => {
    await create(session, { url: api('/echo') }, granted());
    const before = connectionCount;
    await session.run('SELECT called() FROM range(200)');
    // The statement's own thread and the sixteen that help it to wait.
    assert(connectionCount - before <= 17, `${connectionCount - before} connections`);
  }));

test('cancelling a statement ends the request that its guest waits for', () =>
  withSession(async (session) => {
    await create(session, { url: api('/silent') }, granted());
    const waiting = session.error('SELECT called()');
    const timer = setInterval(() => session.connection.interrupt(), 100);
    const error = await waiting.finally(() => clearInterval(timer));
    assert.equal(error.sqlstate, '57014');
  }));

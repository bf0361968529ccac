/**
 * What procedures try beside SQL: hosts, cryptography and files that they were not given. None
 * succeeds and each legitimate twin works; with the guard off, or through a program that has none,
 * nearly all of them reach their aim.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { toHeliosError } from '#core';
import type { Database } from '#storage';
import type { HostArgument } from '../abi/host-call.ts';
import { createModule, hostCallModule } from '../abi/host-call.ts';
import type { Session } from '../ddl/scene.ts';
import { openSession, openWithEngine } from '../ddl/scene.ts';
import type { Family } from './attacks.ts';
import { readFamilies } from './attacks.ts';
import { makeFiles, withoutGuard } from './reach-files.ts';
import type { ReachServers } from './reach-server.ts';
import { askWithoutGuard, startServers } from './reach-server.ts';

const UNGUARDED_PERCENT_MIN = 95;

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'heliosdb-reach-')));
const files = join(folder, 'files');
const granted = join(files, 'granted');
/** The same for those who have no guard, with a file in the database's place. */
const unguarded = join(folder, 'unguarded');

let servers: ReachServers;
let database: Database;
let session: Session;
let families: readonly Family[];

before(async () => {
  process.env.HELIOSDB_UNSAFE_TEST_NO_GUARD = '1';
  servers = await startServers(join(folder, 'network.json'));
  mkdirSync(granted, { recursive: true });
  database = await openWithEngine(join(granted, 'shop.db'));
  session = await openSession(database);
  families = readFamilies(
    {
      port: String(servers.port),
      plain: String(servers.plain),
      dir: files,
      granted,
    },
    'reach.txt',
  );
});
after(async () => {
  delete process.env.HELIOSDB_UNSAFE_TEST_NO_GUARD;
  await database.close();
  await servers[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** Why an attempt failed, or null when it did not. */
async function failure(work: () => unknown): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (thrown) {
    const { sqlstate, message, detail } = toHeliosError(thrown);
    return `${sqlstate} ${message} ${detail ?? ''}`;
  }
}

async function ask(url: string): Promise<void> {
  const names = ['api', 'inside', 'mapped', 'metadata'];
  const rights = names.map((name) => `'network:${name}.example.test:${servers.port}'`);
  const request = [JSON.stringify({ url }), { buffer: 100_000 }];
  const module = hostCallModule([{ name: 'heliosdb_fetch', args: request }]);
  await session.run(createModule(module, { clauses: `CAPABILITIES (${rights.join(', ')})` }));
  const answer = JSON.parse(
    Buffer.from((await session.value('SELECT called()')) as Uint8Array).toString(),
  );
  assert.equal(Buffer.from(answer.body, 'base64').toString(), 'reached');
}

async function touch(statement: string, right: string): Promise<void> {
  const [operation = '', path = ''] = statement.split(/ (.*)/);
  const guest = join(import.meta.dirname, '..', 'files', 'guest.wat');
  await session.run(`CREATE OR REPLACE PROCEDURE files(path VARCHAR) RETURNS VARCHAR LANGUAGE wasm
    ENTRY '${operation}' CAPABILITIES ('${right}') AS 'file://${guest}'`);
  const answer = String(await session.value(`SELECT files('${path}')`));
  assert(!answer.startsWith('errno'), answer);
}

/** Runs an attempt as its family is meant, through the engine or through what has no guard. */
async function attempt(family: string, line: string, isGuarded: boolean): Promise<string | null> {
  if (!/files|read$/.test(family)) {
    return failure(() => (isGuarded ? ask(line) : askWithoutGuard(line)));
  }
  makeFiles(isGuarded ? files : unguarded);
  if (!isGuarded) {
    const [operation = '', path = ''] = line.replaceAll(files, unguarded).split(/ (.*)/);
    return failure(() => withoutGuard(join(unguarded, 'granted'), operation, path));
  }
  const isReadOnly = family === 'changing what may only be read';
  return failure(() => touch(line, `filesystem:${isReadOnly ? 'read:' : ''}${granted}`));
}

async function attemptAll(kind: 'attacks' | 'twins', isGuarded: boolean): Promise<Attempted> {
  const lines = families.flatMap((family) =>
    family[kind].map(([line = '']) => ({ family: family.name, line })),
  );
  const failed: string[] = [];
  const succeeded: string[] = [];
  for (const { family, line } of lines) {
    const why = await attempt(family, line, isGuarded);
    if (why === null) succeeded.push(`${family}: ${line}`);
    else failed.push(`${family}: ${line}: ${why}`);
  }
  return { failed, succeeded };
}

interface Attempted {
  readonly failed: readonly string[];
  readonly succeeded: readonly string[];
}

test('every legitimate request and use of a file works', async () => {
  const { failed } = await attemptAll('twins', true);
  assert.deepEqual(failed, []);
});

test('no request and no use of a file leads beyond what was granted', async () => {
  const arrived = servers.arrived();
  const { succeeded, failed } = await attemptAll('attacks', true);
  assert.deepEqual(succeeded, []);
  assert.equal(servers.arrived(), arrived, 'nothing reached a server');
  const unclear = failed.filter(
    (line) => !/42501|22023|errno (76|44|54)|58030/.test(line) || /hush/.test(line),
  );
  assert.deepEqual(unclear, []);
  console.log(`rights: 0 of ${failed.length} requests and uses of files succeed`);
});

test('without a guard nearly all of them do', async () => {
  const { succeeded, failed } = await attemptAll('attacks', false);
  const count = succeeded.length + failed.length;
  console.log(
    `rights: ${succeeded.length} of ${count} requests and uses of files succeed without a guard`,
  );
  assert(succeeded.length * 100 >= count * UNGUARDED_PERCENT_MIN, failed.join('\n'));
});

const KEY = 'k'.repeat(32);
const SEALED = { buffer: 4096 };
const CRYPTO: Readonly<Record<string, readonly HostArgument[]>> = {
  heliosdb_crypto_hash: [{ i32: 1 }, 'abc', SEALED],
  heliosdb_crypto_hmac: [{ i32: 1 }, KEY, 'abc', SEALED],
  heliosdb_crypto_random: [{ filled: 16 }],
  heliosdb_crypto_seal: [{ i32: 2 }, KEY, '', '', 'abc', SEALED],
  heliosdb_crypto_equal: ['abc', 'abc'],
};
const WITHOUT_CRYPTO = [
  [],
  ['read:*'],
  ['network:crypto'],
  ['read:crypto', 'write:crypto', 'ddl:*'],
];

/** A function of the host, called by a procedure with some rights, directly or through another. */
async function callCrypto(
  name: string,
  rights: readonly string[],
  above?: readonly string[],
): Promise<void> {
  const list = (each: readonly string[]): string =>
    `CAPABILITIES (${each.map((right) => `'${right}'`).join(', ')})`;
  const module = hostCallModule([{ name, args: CRYPTO[name] ?? [] }]);
  await session.run(createModule(module, { clauses: list(rights) }));
  if (above === undefined) return void (await session.value('SELECT called()'));
  await session.run(`CREATE OR REPLACE PROCEDURE above(sql VARCHAR) RETURNS JSON LANGUAGE wasm
    ENTRY 'query' ${list(above)} AS 'file://query.wat'`);
  await session.value("SELECT above('SELECT called() IS NULL')");
}

/** The calls that lack the right, and those that hold it. */
function cryptoCalls(): { attacks: (() => Promise<void>)[]; twins: (() => Promise<void>)[] } {
  const names = Object.keys(CRYPTO);
  return {
    attacks: names.flatMap((name) => [
      ...WITHOUT_CRYPTO.map((rights) => () => callCrypto(name, rights)),
      () => callCrypto(name, ['crypto'], ['read:*']),
    ]),
    twins: names.flatMap((name) => [
      () => callCrypto(name, ['crypto']),
      () => callCrypto(name, ['crypto'], ['crypto']),
    ]),
  };
}

test('cryptography needs its right, in the procedure and in those that call it', async () => {
  const { attacks, twins } = cryptoCalls();
  for (const twin of twins) assert.equal(await failure(twin), null);
  for (const attack of attacks) assert.match(String(await failure(attack)), /42501/);
  await session.connection.run('SELECT heliosdb_set_guard(false)');
  const failed: string[] = [];
  for (const attack of attacks) {
    const why = await failure(attack);
    if (why !== null) failed.push(why);
  }
  await session.connection.run('SELECT heliosdb_set_guard(true)');
  const succeeded = attacks.length - failed.length;
  console.log(
    `rights: 0 of ${attacks.length} calls of crypto succeed, ${succeeded} with the guard off`,
  );
  assert(succeeded * 100 >= attacks.length * UNGUARDED_PERCENT_MIN, failed.join('\n'));
});

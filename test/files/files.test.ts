/**
 * Files through `filesystem:`: every way out of a granted folder ends in an error, and what looks
 * like it and is allowed works.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { HeliosError } from '#core';
import { ensureEngine, Gateway } from '#runtime';
import type { Connection } from '#storage';
import { Database } from '#storage';

const FOLDER = mkdtempSync(join(tmpdir(), 'heliosdb-files-'));
const GRANTED = join(FOLDER, 'granted');
const NOT_CAPABLE = 'errno 76';

let database: Database;
let connection: Connection;
let gateway: Gateway;

before(async () => {
  mkdirSync(join(GRANTED, 'inner'), { recursive: true });
  const engine = await ensureEngine({ onProgress: (line) => console.error(line) });
  database = await Database.open({ path: join(GRANTED, 'shop.db'), extensions: [engine] });
  connection = await database.connect();
  gateway = new Gateway(connection, { baseDirectory: import.meta.dirname, allowFiles: true });
});
after(async () => {
  await database.close();
  rmSync(FOLDER, { recursive: true });
});
beforeEach(() => {
  writeFileSync(join(FOLDER, 'secret'), 'hush');
  writeFileSync(join(GRANTED, 'file'), 'text');
  writeFileSync(join(GRANTED, 'inner/file'), 'inner text');
});

interface Asked {
  readonly capabilities?: readonly string[];
  readonly clauses?: string;
}

/** What an entry of the guest answers for a path. */
async function ask(entry: string, path: string, asked: Asked = {}): Promise<string | null> {
  const { capabilities = [`filesystem:${GRANTED}`], clauses = '' } = asked;
  const list = capabilities.map((one) => `'${one}'`).join(', ');
  for await (const _ of gateway.execute(`
    CREATE OR REPLACE PROCEDURE files(path VARCHAR) RETURNS VARCHAR LANGUAGE wasm
    ENTRY '${entry}' CAPABILITIES (${list}) ${clauses} AS 'file://guest.wat'`));
  const { rows } = await connection.query(`SELECT files('${path}')`);
  return rows[0]?.[0] as string | null;
}

async function refusal(work: () => Promise<unknown>): Promise<HeliosError> {
  const outcome = await work().catch((error: unknown) => error);
  assert(HeliosError.isInstance(outcome), `no error but ${String(outcome)}`);
  return outcome;
}

test('files beneath the folder are read, written, moved and removed', async () => {
  assert.equal(await ask('folder', ''), GRANTED);
  assert.equal(await ask('read', 'file'), 'text');
  assert.equal(await ask('read', 'inner/../inner/file'), 'inner text');
  assert.equal(await ask('write', 'made'), 'ok');
  assert.equal(readFileSync(join(GRANTED, 'made'), 'utf8'), 'written');
  assert.equal(await ask('move', 'made'), 'ok');
  assert.equal(await ask('read', 'moved'), 'written');
  assert.equal(await ask('remove', 'moved'), 'ok');
  assert.equal(await ask('make', 'folder'), 'ok');
  assert.equal(await ask('list', 'inner'), '3');
  // The granted folder itself: inner, file, folder, the database and its log, and the dots.
  assert.equal(await ask('list', '.'), '7');
  rmSync(join(GRANTED, 'folder'), { recursive: true });
});

test('without the capability there is no folder', async () => {
  assert.equal(await ask('folder', '', { capabilities: [] }), 'errno 08');
  assert.equal(await ask('read', 'file', { capabilities: [] }), 'errno 08');
  assert.equal(await ask('write', 'file', { capabilities: ['read:*'] }), 'errno 08');
});

test('no path leads out of the folder', async () => {
  symlinkSync('../secret', join(GRANTED, 'out'));
  symlinkSync('..', join(GRANTED, 'up'));
  symlinkSync(join(FOLDER, 'secret'), join(GRANTED, 'absolute'));
  symlinkSync('loop', join(GRANTED, 'loop'));
  for (const path of ['../secret', 'inner/../../secret', 'out', 'up/secret', 'absolute']) {
    assert.equal(await ask('read', path), NOT_CAPABLE, path);
    assert.equal(await ask('write', path), NOT_CAPABLE, path);
  }
  for (const path of [join(FOLDER, 'secret'), '/etc/passwd', '..']) {
    assert.equal(await ask('read', path), NOT_CAPABLE, path);
  }
  assert.equal(await ask('read', 'loop'), 'errno 32');
  assert.equal(await ask('read', 'file/file'), 'errno 54');
  assert.equal(await ask('read', ''), 'errno 28');
  assert.equal(readFileSync(join(FOLDER, 'secret'), 'utf8'), 'hush');
  for (const link of ['out', 'up', 'absolute', 'loop']) rmSync(join(GRANTED, link));
});

test('a link that stays inside leads on, and no guest makes one', async () => {
  symlinkSync('../file', join(GRANTED, 'inner/inside'));
  assert.equal(await ask('read', 'inner/inside'), 'text');
  assert.equal(await ask('link_symbolically', 'file'), NOT_CAPABLE);
  assert.equal(await ask('link', 'file'), NOT_CAPABLE);
  rmSync(join(GRANTED, 'inner/inside'));
});

test('a file with a second name elsewhere is closed', async () => {
  linkSync(join(FOLDER, 'secret'), join(GRANTED, 'hard'));
  assert.equal(await ask('read', 'hard'), NOT_CAPABLE);
  assert.equal(await ask('write', 'hard'), NOT_CAPABLE);
  assert.equal(readFileSync(join(FOLDER, 'secret'), 'utf8'), 'hush');
  rmSync(join(GRANTED, 'hard'));
});

test('pipes and devices are not opened', async () => {
  execFileSync('mkfifo', [join(GRANTED, 'pipe')]);
  assert.equal(await ask('read', 'pipe'), NOT_CAPABLE);
  assert.equal(await ask('write', 'pipe'), NOT_CAPABLE);
  rmSync(join(GRANTED, 'pipe'));
  for (const folder of ['/proc', '/proc/self', '/sys/kernel', '/dev']) {
    const error = await refusal(() => ask('read', 'x', { capabilities: [`filesystem:${folder}`] }));
    assert.equal(error.sqlstate, '22023', folder);
  }
  symlinkSync('/proc/self', join(FOLDER, 'self'));
  const hidden = { capabilities: [`filesystem:${join(FOLDER, 'self')}`] };
  assert.equal((await refusal(() => ask('read', 'status', hidden))).sqlstate, '42501');
});

test('reading alone changes nothing', async () => {
  const reading = { capabilities: [`filesystem:read:${GRANTED}`] };
  assert.equal(await ask('read', 'file', reading), 'text');
  for (const entry of ['write', 'truncate', 'write_what_is_read', 'remove', 'move', 'make']) {
    assert.equal(await ask(entry, 'file', reading), NOT_CAPABLE, entry);
  }
  // The folder may be written to, but the file was opened to be read.
  assert.equal(await ask('write_what_is_read', 'file'), NOT_CAPABLE);
  assert.equal(readFileSync(join(GRANTED, 'file'), 'utf8'), 'text');
});

test('the database, what lies beside it and its other names are closed', async () => {
  await connection.query('CREATE OR REPLACE TABLE t AS FROM range(10)');
  linkSync(join(GRANTED, 'shop.db'), join(GRANTED, 'alias'));
  symlinkSync('shop.db', join(GRANTED, 'link'));
  for (const path of ['shop.db', 'inner/../shop.db', 'shop.db.wal', 'SHOP.DB', 'alias', 'link']) {
    assert.match(String(await ask('read', path)), /^errno (76|44)$/, path);
    if (path !== 'SHOP.DB') assert.equal(await ask('write', path), NOT_CAPABLE, path);
  }
  for (const entry of ['remove', 'move']) {
    assert.equal(await ask(entry, 'shop.db'), NOT_CAPABLE);
    assert.equal(await ask(entry, 'shop.db.wal'), NOT_CAPABLE);
  }
  assert.equal(await ask('make', 'shop.db.tmp'), NOT_CAPABLE);
  const above = { capabilities: [`filesystem:${FOLDER}`] };
  assert.equal(await ask('move', 'granted', above), NOT_CAPABLE);
  assert.equal(await ask('read', 'granted/shop.db', above), NOT_CAPABLE);
  assert.equal(await ask('read', 'secret', above), 'hush');
  assert.equal(await ask('write', 'shop.csv'), 'ok');
  assert(existsSync(join(GRANTED, 'shop.db')));
  assert.deepEqual((await connection.query('SELECT count(*) FROM t')).rows, [[10n]]);
  for (const name of ['alias', 'link', 'shop.csv']) rmSync(join(GRANTED, name));
});

test('a guest has a bounded number of files open', async () => {
  assert.equal(await ask('open_many', 'file'), 'errno 33');
  assert.equal(await ask('open_and_close_many', 'file'), 'ok');
  assert.equal(await ask('read', 'file'), 'text');
});

test('a call moves a bounded number of bytes', async () => {
  const clauses = 'SET (file_bytes_max = 100)';
  const error = await refusal(() => ask('read_for_ever', 'file', { clauses }));
  assert.equal(error.sqlstate, '53400');
  assert.match(String(error.detail), /limit 100 bytes/);
  assert.equal(await ask('read', 'file', { clauses }), 'text');
});

test('a folder with very many entries is not listed', async () => {
  mkdirSync(join(GRANTED, 'many'));
  const make = (from: number, to: number): Buffer =>
    execFileSync('sh', ['-c', `seq ${from} ${to} | xargs touch`], { cwd: join(GRANTED, 'many') });
  make(1, 5000);
  assert.equal(await ask('list', 'many'), '5002');
  make(5001, 66_000);
  const error = await refusal(() => ask('list', 'many'));
  assert.equal(error.sqlstate, '54000');
  assert.equal(await ask('read', 'many/1'), '');
  rmSync(join(GRANTED, 'many'), { recursive: true });
});

test('a folder that is missing fails the call and says which', async () => {
  const missing = join(FOLDER, 'missing');
  const error = await refusal(() => ask('read', 'x', { capabilities: [`filesystem:${missing}`] }));
  assert.equal(error.sqlstate, '58P01');
  assert(error.message.includes(missing));
});

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { HeliosError } from '#core';
import { makeFolder } from './make-folder.ts';

let directory: string;

before(() => {
  directory = mkdtempSync(join(tmpdir(), 'heliosdb-folders-'));
});

after(() => {
  rmSync(directory, { recursive: true });
});

async function refusal(path: string): Promise<HeliosError> {
  const error = await makeFolder(path).then(
    () => null,
    (cause: unknown) => cause,
  );
  assert.ok(HeliosError.isInstance(error), String(error));
  return error;
}

test('a folder is made with those it lies in, and left where it is', async () => {
  const path = join(directory, 'a/b/c');
  await makeFolder(path);
  assert.ok(statSync(path).isDirectory());
  await makeFolder(path);
  await Promise.all([makeFolder(join(path, 'd/e')), makeFolder(join(path, 'd/e'))]);
  assert.ok(statSync(join(path, 'd/e')).isDirectory());
});

test('a file where a folder should be is an error', async () => {
  const file = join(directory, 'file');
  writeFileSync(file, '');
  const error = await refusal(join(file, 'a/b'));
  assert.equal(error.name, 'io_error');
  assert.match(error.detail ?? '', /EEXIST|ENOTDIR/);
});

// It would never end with a folder more between that one and the file.
test('a place where no folders can be made is an error', {
  skip: existsSync('/proc/self') ? false : 'there is no /proc',
  timeout: 10_000,
}, async () => {
  const error = await refusal('/proc/absent/folder');
  assert.equal(error.name, 'io_error');
  assert.equal(error.fields.path, '/proc/absent');
  assert.match(error.detail ?? '', /ENOENT/);
});

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT_FOLDER, runShell } from './run-shell.ts';

/** What a command's output must show, by a part of the command. */
const SHOWS: Readonly<Record<string, RegExp>> = {
  '--cases greet/cases.yaml': /^ok .*\nok /,
  '--param customer_id=12345': /^ok {3}greet\(12345\) = Hello, Laura Almeida!/,
  'heliosdb sql': /Hello, .*!/,
  'procedure metrics': /greet/,
  'heliosdb compile': /CREATE PROCEDURE greet\(customer_id BIGINT\) RETURNS VARCHAR/,
};

test('every command of the Python tutorial works in an empty folder', async () => {
  const text = await readFile(join(ROOT_FOLDER, 'docs/tutorials/python.md'), 'utf8');
  const commands = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap((match) =>
    (match[1] ?? '').trim().split('\n'),
  );
  assert.ok(commands.length >= 8);
  const folder = await mkdtemp(join(tmpdir(), 'heliosdb-tutorial-'));
  try {
    for (const command of commands) {
      const { code, out, err } = await runShell(command, folder);
      assert.equal(code, 0, `${command}\n${err}`);
      const shown = Object.keys(SHOWS).find((part) => command.includes(part));
      if (shown !== undefined) assert.match(out, SHOWS[shown] ?? /./, command);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

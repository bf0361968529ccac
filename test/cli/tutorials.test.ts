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
  'greet(-1)': /NULL/,
  'heliosdb logs': /there is no customer -1/,
  'heliosdb sql': /Hello, .*!/,
  'procedure metrics': /greet/,
  'heliosdb compile': /CREATE PROCEDURE greet\(customer_id BIGINT\) RETURNS VARCHAR/,
};

/** What the rounds of `dev` say, in their order; the first one is there to fail. */
const ROUNDS: readonly (readonly [code: number, shown: RegExp])[] = [
  [1, /version 2 swapped in\n {2}FAIL .*: Hello, .* → Welcome, .* \(changed\)/],
  [0, /version 2 is the same\n {2}ok .*: Welcome, /],
];

/** Languages whose tutorials can be left out, where their compilers are not installed. */
const NEEDS_TOOLCHAIN = ['rust', 'go'];

for (const language of ['python', 'ruby', 'typescript', 'rust', 'go']) {
  test(`every command of the tutorial of ${language} works in an empty folder`, async (context) => {
    const text = await readFile(join(ROOT_FOLDER, `docs/tutorials/${language}.md`), 'utf8');
    const commands = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap((match) =>
      (match[1] ?? '').trim().split('\n'),
    );
    assert.ok(commands.length >= 8);
    const folder = await mkdtemp(join(tmpdir(), 'heliosdb-tutorial-'));
    try {
      let round = 0;
      for (const command of commands) {
        const isRound = command.startsWith('heliosdb dev');
        const [expected, rounds] = (isRound ? ROUNDS[round] : null) ?? [0, null];
        const { code, out, err } = await runShell(command, folder);
        if (/ IN00[23] toolchain_/.test(err) && NEEDS_TOOLCHAIN.includes(language)) {
          return context.skip(err.trim().split('\n')[0]);
        }
        assert.equal(code, expected, `${command}\n${out}${err}`);
        const shown = Object.keys(SHOWS).find((part) => command.includes(part));
        const pattern = rounds ?? (shown === undefined ? null : SHOWS[shown]);
        if (pattern) assert.match(out, pattern, command);
        if (isRound) round += 1;
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}

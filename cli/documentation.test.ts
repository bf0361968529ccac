import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { it } from 'node:test';
import { nearest } from '#core';
import { COMMANDS } from './commands.ts';
import { EXIT, EXIT_MEANINGS } from './exit-code.ts';
import { printCommandHelp, printProgramHelp } from './usage/help.ts';
import { parseArguments } from './usage/parse-arguments.ts';

it('documents every command and exit code in docs/cli.md as the help does', async () => {
  const text = await readFile(new URL('../docs/cli.md', import.meta.url), 'utf8');
  for (const { name } of COMMANDS) assert.ok(text.includes(`\`${name}`), name);
  for (const [code, meaning] of EXIT_MEANINGS) {
    assert.ok(text.includes(`| ${code} | ${meaning} |`), String(code));
  }
  assert.equal(EXIT_MEANINGS.length, Object.keys(EXIT).length);
});

it('keeps every help within 100 columns', () => {
  for (const text of [printProgramHelp(COMMANDS), ...COMMANDS.map(printCommandHelp)]) {
    for (const line of text.split('\n')) assert.ok(line.length <= 100, line);
  }
});

it('gives examples that parse', () => {
  for (const command of COMMANDS) {
    for (const [line] of command.examples) {
      const own = line.split(/[|<>]/).find((part) => part.includes(`heliosdb ${command.name}`));
      assert.ok(own !== undefined, line);
      const words = [...own.matchAll(/"[^"]*"|\S+/g)].map(([word]) => word);
      parseArguments(command.options, words.slice(1 + command.name.split(' ').length));
    }
  }
});

it('finds the word that was meant, and none when nothing is near', () => {
  assert.equal(nearest('aks', ['ask', 'sql']), 'ask');
  assert.equal(nearest('--jsn', ['--json', '--db']), '--json');
  assert.equal(nearest('frobnicate', ['ask', 'sql']), null);
  assert.equal(nearest('x', []), null);
});

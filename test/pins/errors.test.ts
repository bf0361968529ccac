/**
 * Freezes what clients decide by. A changed line is a change for every client: `npm run bless`
 * rewrites the file, and the difference is reviewed.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ERRORS } from '#core';

const path = join(import.meta.dirname, 'errors.txt');

test('the states, names and retryability of errors are those that were published', () => {
  const table = Object.entries(ERRORS)
    .map(([name, { sqlstate, retryable }]) => `${sqlstate} ${name}${retryable ? ' retryable' : ''}`)
    .join('\n');
  if (process.env.BLESS) writeFileSync(path, `${table}\n`);
  assert.equal(`${table}\n`, readFileSync(path, 'utf8'));
});

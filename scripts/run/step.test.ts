import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const TESTS = `import { test } from 'node:test';
test('one', () => {});
test('two', (context) => context.skip('Go is not installed'));
`;

test('a run ends with what was left out and why', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'heliosdb-steps-'));
  try {
    const file = join(folder, 'some.test.mjs');
    await writeFile(file, TESTS);
    const steps = [
      { name: 'some', command: [process.execPath, '--test', '--test-reporter=spec', file] },
      { name: 'other', command: ['cargo'], skip: 'cargo is not installed' },
    ];
    const program = `const { runSteps } = await import(${JSON.stringify(join(import.meta.dirname, 'step.ts'))});
      await runSteps(${JSON.stringify(steps)});`;
    const parameters = ['--input-type=module', '-e', program];
    // A test runner inside of a test runner would report to the outer one.
    const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
    const { stdout } = await promisify(execFile)(process.execPath, parameters, { env });
    const left = 'left out:\n  some: two, Go is not installed\n  other: cargo is not installed\n';
    assert.ok(stdout.endsWith(`\n${left}\n1 passed, 0 failed, 2 skipped\n`), stdout);
  } finally {
    await rm(folder, { recursive: true });
  }
});

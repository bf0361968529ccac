import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** The project's folder. */
export const ROOT = join(import.meta.dirname, '..', '..');

/** One thing that a check or test run does. */
export interface Step {
  readonly name: string;
  /** Program and arguments, run in the project's folder. */
  readonly command: readonly [string, ...string[]];
  /** Why the step cannot run here, or null. */
  readonly skip?: string | null;
}

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** What node's test runner prints of a test that was not run. */
const SKIPPED = /^\s*﹣ (.+?) \([\d.]+ms\)(?: # (.+))?$/gm;

/**
 * Runs every step, also after one has failed, so that one run shows everything there is to mend.
 * Ends with what was left out and why, and one line of counts: tests where a step runs tests, else the step itself.
 * Sets the process's exit code.
 */
export async function runSteps(steps: readonly Step[]): Promise<void> {
  const total: Counts = { passed: 0, failed: 0, skipped: 0 };
  const failedSteps: string[] = [];
  const leftOut: string[] = [];
  for (const step of steps) {
    if (step.skip) {
      console.log(`\n▶ ${step.name}: skipped, ${step.skip}`);
      total.skipped += 1;
      leftOut.push(`${step.name}: ${step.skip}`);
      continue;
    }
    console.log(`\n▶ ${step.name}`);
    const startedAt = performance.now();
    const { exitCode, counts, skipped } = await runStep(step);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(`${exitCode === 0 ? '✔' : '✖'} ${step.name} (${seconds} s)`);
    if (exitCode !== 0) failedSteps.push(step.name);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
    leftOut.push(...skipped.map((test) => `${step.name}: ${test}`));
  }
  if (leftOut.length > 0) console.log(`\nleft out:\n  ${leftOut.join('\n  ')}`);
  if (failedSteps.length > 0) console.log(`\nfailed: ${failedSteps.join(', ')}`);
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  process.exitCode = failedSteps.length > 0 ? 1 : 0;
}

interface StepOutcome {
  readonly exitCode: number;
  readonly counts: Counts;
  /** Tests that were not run, with their reasons. */
  readonly skipped: readonly string[];
}

async function runStep(step: Step): Promise<StepOutcome> {
  const [program, ...parameters] = step.command;
  const child = spawn(program, parameters, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    process.stdout.write(text);
    output += text;
  });
  const exitCode = await new Promise<number>((resolve) => {
    child.on('error', (error) => {
      console.log(error.message);
      resolve(127);
    });
    child.on('close', (code) => resolve(code ?? 1));
  });
  const skipped = [...output.matchAll(SKIPPED)].map(
    ([, name, reason]) => `${name}${reason === undefined ? '' : `, ${reason}`}`,
  );
  return { exitCode, counts: readCounts(output, exitCode), skipped };
}

/** The counts of node's test runner or of cargo's, or of the step as a whole. */
function readCounts(output: string, exitCode: number): Counts {
  // Cargo reports each of a crate's test programs, node the whole.
  const sum = (pattern: RegExp): number =>
    [...output.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);
  let counts: Counts | null = null;
  if (/^test result: /m.test(output)) {
    counts = {
      passed: sum(/^test result: .*? (\d+) passed/gm),
      failed: sum(/^test result: .*? (\d+) failed/gm),
      skipped: sum(/^test result: .*? (\d+) ignored/gm),
    };
  } else if (/^\S+ pass \d+$/m.test(output)) {
    counts = {
      passed: sum(/^\S+ pass (\d+)$/gm),
      failed: sum(/^\S+ (?:fail|cancelled) (\d+)$/gm),
      skipped: sum(/^\S+ skipped (\d+)$/gm),
    };
  }
  counts ??= { passed: exitCode === 0 ? 1 : 0, failed: 0, skipped: 0 };
  // A step that fails without a failing test (a crash, no file found) still counts as a failure.
  return exitCode !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

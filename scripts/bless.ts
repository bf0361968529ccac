/** Rewrites golden files from what the code gives now. Review the difference before committing it. */
import { runSteps } from './run/step.ts';
import { testStep } from './run/steps.ts';

if (process.env.CI) throw new Error('golden files are never rewritten in CI');
process.env.BLESS = '1';
await runSteps([testStep('golden plans', ['test/plans']), testStep('pins', ['test/pins'])]);

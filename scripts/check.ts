/** Runs the checks and unit tests: what the first job of CI runs. */
import { runSteps } from './run/step.ts';
import { checkSteps } from './run/steps.ts';

await runSteps(checkSteps());

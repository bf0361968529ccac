/**
 * Runs everything: the checks, the unit tests and all of `test/`.
 * With words, only the steps whose name contains one of them: `npm test -- sql engine`.
 */
import { runSteps } from './run/step.ts';
import { checkSteps, wholeSteps } from './run/steps.ts';

const words = process.argv.slice(2);
const steps = [...checkSteps(), ...wholeSteps()];
await runSteps(
  words.length === 0
    ? steps
    : steps.filter(({ name }) => words.some((word) => name.includes(word))),
);

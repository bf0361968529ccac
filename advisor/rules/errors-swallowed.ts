import { counted, defineRule } from './rule.ts';

/** Reports failures that nobody hears of. */
export const errorsSwallowed = defineRule({
  id: 'reliability/errors-swallowed',
  code: 'R006',
  title: 'Errors are swallowed',
  options: { errorCountMin: 5 },
  evaluate({ procedure, figures, options }) {
    if (figures === null) return null;
    const queryErrors = procedure.shapes.reduce((sum, { errorCount }) => sum + errorCount, 0);
    const ignored = queryErrors - figures.errorCount;
    if (ignored >= options.errorCountMin) {
      return {
        subject: 'query errors',
        severity: 'warning',
        what: `${counted(queryErrors)} queries failed, and ${counted(ignored)} of the calls went on as if nothing had happened`,
        why: 'The guest gets the error of a query as a status; one that does not look at it computes with nothing.',
        whatToDo: 'Check the status of every query, as the SDKs do, or let the call fail.',
        evidence: { queryErrors, callErrors: figures.errorCount },
        confidence: 0.8,
        expectedShare: 0,
        change: { kind: 'source', goal: 'less', metric: 'queryErrors' },
      };
    }
    if (procedure.onError !== 'NULL' || figures.errorCount < options.errorCountMin) return null;
    return {
      subject: 'on error null',
      severity: 'warning',
      what: `${counted(figures.errorCount)} failed calls became NULL`,
      why: 'ON ERROR NULL turns a failure into a value that looks like a missing one.',
      whatToDo:
        'Mend what fails (heliosdb logs --level error), or declare ON ERROR FAIL so that it is seen.',
      evidence: { errors: figures.errorCount, calls: figures.callCount },
      confidence: 0.7,
      expectedShare: 0,
      change: { kind: 'source', goal: 'less', metric: 'errors' },
    };
  },
});

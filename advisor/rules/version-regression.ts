import { defineRule, duration, printPath, rounded } from './rule.ts';

/** Reports versions that are slower or fail more often than the one before. */
export const versionRegression = defineRule({
  id: 'reliability/version-regression',
  code: 'R007',
  title: 'Slower or failing more often since a version',
  options: { callCountMin: 100, slowdownMin: 1.5, errorShareGrowthMin: 0.02 },
  evaluate({ procedure, figures, options }) {
    const before = procedure.versions
      .filter(({ version }) => version < procedure.activeVersion)
      .findLast(({ callCount }) => callCount >= options.callCountMin);
    if (figures === null || before === undefined || figures.callCount < options.callCountMin)
      return null;
    const [slow, fast] = [figures, before].map(({ wallMs, callCount }) => wallMs / callCount) as [
      number,
      number,
    ];
    const [failing, failed] = [figures, before].map(
      ({ errorCount, callCount }) => errorCount / callCount,
    ) as [number, number];
    const factor = slow / Math.max(fast, 1e-9);
    const isSlower = factor >= options.slowdownMin;
    if (!isSlower && failing - failed < options.errorShareGrowthMin) return null;
    const alter = `ALTER PROCEDURE ${printPath(procedure.schema, procedure.name)} USE VERSION`;
    return {
      subject: `version ${figures.version}`,
      severity: 'warning',
      what: isSlower
        ? `Version ${figures.version} takes ${duration(slow * 1000)} a call, version ${before.version} took ${duration(fast * 1000)}`
        : `Version ${figures.version} fails in ${rounded(failing * 100)} % of its calls, version ${before.version} failed in ${rounded(failed * 100)} %`,
      why: 'Both have enough calls to compare; the data may have grown in between, which the replay tells apart.',
      whatToDo: `${alter} ${before.version} brings the earlier one back, at once and without losing either.`,
      evidence: {
        factor: rounded(factor),
        calls: figures.callCount,
        callsBefore: before.callCount,
        errorShare: rounded(failing),
        errorShareBefore: rounded(failed),
      },
      confidence: 0.6,
      expectedShare: isSlower ? 1 - 1 / factor : 0,
      change: {
        kind: 'script',
        apply: [`${alter} ${before.version}`],
        revert: [`${alter} ${figures.version}`],
        goal: isSlower ? 'faster' : 'less',
        metric: isSlower ? null : 'errors',
        isTogether: true,
        upkeepTable: null,
        probe: null,
      },
    };
  },
});

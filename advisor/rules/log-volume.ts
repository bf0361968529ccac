import { bytes, counted, defineRule, rounded } from './rule.ts';

/** Reports procedures that log so much that other lines are lost. */
export const logVolume = defineRule({
  id: 'reliability/log-volume',
  code: 'R005',
  title: 'Logs push other logs out',
  options: { linesPerCallMin: 5, lineCountMin: 1000, keptLinesMax: 200_000, keptShareMin: 0.5 },
  evaluate({ procedure, figures, options }) {
    if (figures === null || figures.callCount === 0) return null;
    const lineCount = procedure.logs.reduce((sum, log) => sum + log.lineCount, 0);
    const byteCount = procedure.logs.reduce((sum, log) => sum + log.byteCount, 0);
    const perCall = lineCount / figures.callCount;
    const isChatty = lineCount >= options.lineCountMin && perCall >= options.linesPerCallMin;
    const fillsLog = lineCount >= options.keptLinesMax * options.keptShareMin;
    if (!isChatty && !fillsLog) return null;
    const quiet = procedure.logs.find(({ level }) => level === 'debug' || level === 'info');
    return {
      subject: 'logs',
      severity: 'info',
      what: `${counted(lineCount)} log lines (${bytes(byteCount)}), ${rounded(perCall)} a call`,
      why: `The database keeps ${counted(options.keptLinesMax)} lines of all procedures together; these push others out.`,
      whatToDo: `Log once a statement or on what is unusual${quiet === undefined ? '' : `; ${counted(quiet.lineCount)} lines are of level ${quiet.level}`}.`,
      evidence: { lines: lineCount, bytes: byteCount, linesPerCall: rounded(perCall) },
      confidence: 0.7,
      expectedShare: 0.05,
      change: { kind: 'source', goal: 'less', metric: 'logLines' },
    };
  },
});

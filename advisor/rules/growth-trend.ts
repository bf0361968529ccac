import type { HourFact } from '../facts/facts.ts';
import { bytes, defineRule, rounded } from './rule.ts';

/** Reports memory that grows from hour to hour and will meet its limit. */
export const growthTrend = defineRule({
  id: 'reliability/growth-trend',
  code: 'R008',
  title: 'A growing trend will hit a limit',
  options: { hourCountMin: 6, hoursAheadMax: 720, correlationMin: 0.8 },
  evaluate({ procedure, figures, options }) {
    const limit = Number(procedure.limits.memory_bytes_max ?? 0);
    const hours = procedure.hours.filter(({ version }) => version === procedure.activeVersion);
    if (figures === null || limit === 0 || hours.length < options.hourCountMin) return null;
    const { slope, last, correlation } = trendOf(hours);
    if (slope <= 0 || correlation < options.correlationMin) return null;
    const hoursLeft = (limit - last) / slope;
    if (hoursLeft < 0 || hoursLeft > options.hoursAheadMax) return null;
    return {
      subject: 'memory',
      severity: 'warning',
      what: `The memory of a call grows by ${bytes(slope)} an hour and meets its limit of ${bytes(limit)} in about ${Math.round(hoursLeft)} hours`,
      why: `Over ${hours.length} hours it rose to ${bytes(last)}, steadily; calls will then fail with 53400.`,
      whatToDo:
        'Fetch rows in pieces or aggregate in the query, so that memory does not follow the size of the tables; a higher limit only moves the day.',
      evidence: {
        hours: hours.length,
        bytesPerHour: rounded(slope),
        lastBytes: Math.round(last),
        memoryBytesMax: limit,
        hoursLeft: rounded(hoursLeft),
      },
      confidence: 0.6,
      expectedShare: 0,
      change: { kind: 'source', goal: 'less', metric: 'peakMemoryBytes' },
    };
  },
});

/** The line through the peaks by least squares. */
function trendOf(hours: readonly HourFact[]): { slope: number; last: number; correlation: number } {
  const points = hours.map(
    ({ hour, peakMemoryBytes }) => [Date.parse(hour) / 3_600_000, peakMemoryBytes] as const,
  );
  const mean = (axis: 0 | 1): number =>
    points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const sum = (of: (dx: number, dy: number) => number): number =>
    points.reduce((total, [px, py]) => total + of(px - x, py - y), 0);
  const [xx, yy, xy] = [sum((dx) => dx * dx), sum((_, dy) => dy * dy), sum((dx, dy) => dx * dy)];
  if (xx === 0 || yy === 0) return { slope: 0, last: y, correlation: 0 };
  const slope = xy / xx;
  return {
    slope,
    last: y + slope * ((points.at(-1)?.[0] ?? x) - x),
    correlation: xy / Math.sqrt(xx * yy),
  };
}

import { answerFloor, confidenceOf, refusalCeiling } from './confidence.ts';
import type { Features } from './features.ts';
import { probeFeatures } from './features.ts';
import type { Probe, ProbedRows } from './probe.ts';
import { summarizeRows } from './probe.ts';

/** A reading as far as its judgement is concerned. */
export interface Judgeable {
  readonly features: Features;
  /** By its words alone. */
  readonly confidence: number;
  /** Fit of the words; comparable between readings of one request. */
  readonly score: number;
  /** Asks for the row with a certain key. */
  readonly isLookup?: boolean;
}

export interface Judgement {
  readonly features: Features;
  /** By its words and by what running it showed. */
  readonly confidence: number;
  /** The confidence from which the reading is answered without asking. */
  readonly floor: number;
  /** Worth asking back about. */
  readonly isPlausible: boolean;
  /** A better reading has the same rows. */
  readonly isRepeated: boolean;
}

/** Words that leave this little doubt are believed although nothing matches them. */
const BARE_FLOOR = 0.9;
/** A reading that finds nothing yields to one that is so much less likely by its words at most. */
const BARE_MARGIN = 0.08;

/** Nor are orders of last week, where there are none, those that were shipped then. */
const BARE_SCORE_MARGIN = 0.05;

/** Judges readings without having run them. */
export function judgeByWords<R extends Judgeable>(readings: readonly R[]): (R & Judgement)[] {
  return readings.map((reading) => ({
    ...reading,
    floor: answerFloor('words'),
    isPlausible: reading.confidence >= refusalCeiling,
    isRepeated: false,
  }));
}

/**
 * Judges readings by the rows of the first ones, null where one failed, which leaves it out.
 * Rows show which readings differ in their results; that nothing is found refutes a reading only
 * where another one is as likely.
 */
export function judgeByRows<R extends Judgeable>(
  readings: readonly R[],
  probed: readonly (ProbedRows | null)[],
): (R & Judgement)[] {
  const probes = probed.map((rows) => (rows === null ? null : summarizeRows(rows)));
  const run = readings.flatMap((reading, index) => {
    const probe = probes[index];
    return probe == null ? [] : [{ reading, probe, words: reading.confidence }];
  });
  const [first] = run;
  if (first !== undefined && isBare(first.probe)) {
    const better = run.findIndex(
      ({ probe, words, reading }) =>
        !isBare(probe) &&
        words >= first.words - BARE_MARGIN &&
        reading.score >= first.reading.score - BARE_SCORE_MARGIN,
    );
    if (better > 0) run.unshift(...run.splice(better, 1));
  }
  const judged = run.map(({ reading, probe, words }, index) => {
    const others = run.filter((_, other) => other !== index).map((item) => item.probe);
    const features = { ...reading.features, ...probeFeatures(probe, others) };
    const earlier = run.slice(0, index).map((item) => item.probe.digest);
    const isRepeated = probe.digest !== null && earlier.includes(probe.digest);
    const byRows = confidenceOf(features, 'rows');
    const isPlausible = Math.max(words, byRows) >= refusalCeiling;
    return {
      ...reading,
      features,
      ...(isBare(probe)
        ? { confidence: words, floor: bareFloor(reading) }
        : { confidence: byRows, floor: answerFloor('rows') }),
      isPlausible,
      isRepeated,
    };
  });
  return [...judged, ...judgeByWords(readings.slice(probed.length))];
}

/** What is asked for by what it lacks may well not exist, and neither may what has a certain key. */
function bareFloor({ features, isLookup = false }: Judgeable): number {
  if (isLookup) return refusalCeiling;
  return features.hasNegation > 0 ? answerFloor('words') : BARE_FLOOR;
}

/** Whether a result shows nothing: no row, only NULL, or a count of zero. */
function isBare({ rowCount, isZero, isAllNull }: Probe): boolean {
  return rowCount === 0 || isZero || isAllNull;
}

import type { FeatureName, Features } from './features.ts';
import { featureNames } from './features.ts';
import { weights } from './weights.ts';

/** Below this a reading is so unlikely that it is not worth asking back about. */
export const refusalCeiling = 0.3;

/** What was known when a reading was judged: its words alone, or also what running it showed. */
export type Evidence = 'words' | 'rows';

/** The confidence from which a reading is answered without asking. */
export function answerFloor(evidence: Evidence): number {
  return weights[evidence].threshold;
}

/** The chance that a reading is what was meant, from 0 to 1, by the learned weights. */
export function confidenceOf(features: Features, evidence: Evidence): number {
  const { bias, features: learned } = weights[evidence];
  let sum = bias;
  for (const name of featureNames) sum += (learned[name] ?? 0) * features[name];
  return 1 / (1 + Math.exp(-sum));
}

export interface Weights {
  readonly bias: number;
  readonly features: Readonly<Partial<Record<FeatureName, number>>>;
  /** Readings below this confidence are not answered. */
  readonly threshold: number;
}

import type { FeatureName, Features } from './features.ts';
import { featureNames } from './features.ts';
import { weights } from './weights.ts';

/** Below this a reading is so unlikely that it is not worth asking back about. */
export const refusalCeiling = 0.3;

/** The confidence from which a reading is answered without asking. */
export function answerFloor(): number {
  return weights.threshold;
}

/** The chance that a reading is what was meant, from 0 to 1, by the learned weights. */
export function confidenceOf(features: Features): number {
  let sum = weights.bias;
  for (const name of featureNames) sum += (weights.features[name] ?? 0) * features[name];
  return 1 / (1 + Math.exp(-sum));
}

export interface Weights {
  readonly bias: number;
  readonly features: Readonly<Partial<Record<FeatureName, number>>>;
  /** Readings below this confidence are not answered. */
  readonly threshold: number;
}

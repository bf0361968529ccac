import type { FeatureName, Features } from '#planner';
import { featureNames } from '#planner';

/** Something that happened or not, with what was known before. */
export interface Outcome {
  readonly features: Features;
  readonly isCorrect: boolean;
}

export interface Model {
  readonly bias: number;
  readonly weights: Readonly<Record<FeatureName, number>>;
}

/** Keeps weights small: a feature that explains little gets little say. */
const RIDGE = 0.02;
const STEPS = 600;
const RATE = 0.8;

/** Logistic regression by plain gradient descent on standardized features; deterministic. */
export function fit(examples: readonly Outcome[]): Model {
  const mean = {} as Record<FeatureName, number>;
  const spread = {} as Record<FeatureName, number>;
  for (const name of featureNames) {
    const column = examples.map(({ features }) => features[name]);
    const average = column.reduce((sum, value) => sum + value, 0) / column.length;
    const variance = column.reduce((sum, value) => sum + (value - average) ** 2, 0) / column.length;
    mean[name] = average;
    spread[name] = Math.sqrt(variance) || 1;
  }
  const rows = examples.map(({ features, isCorrect }) => ({
    x: featureNames.map((name) => (features[name] - mean[name]) / spread[name]),
    y: isCorrect ? 1 : 0,
  }));
  const w = new Float64Array(featureNames.length);
  let bias = 0;
  for (let step = 0; step < STEPS; step++) {
    const gradient = new Float64Array(w.length);
    let biasGradient = 0;
    for (const { x, y } of rows) {
      let sum = bias;
      for (let i = 0; i < w.length; i++) sum += (w[i] ?? 0) * (x[i] ?? 0);
      const error = 1 / (1 + Math.exp(-sum)) - y;
      biasGradient += error;
      for (let i = 0; i < w.length; i++) gradient[i] = (gradient[i] ?? 0) + error * (x[i] ?? 0);
    }
    bias -= (RATE * biasGradient) / rows.length;
    for (let i = 0; i < w.length; i++) {
      w[i] = (w[i] ?? 0) - RATE * ((gradient[i] ?? 0) / rows.length + RIDGE * (w[i] ?? 0));
    }
  }
  const weights = {} as Record<FeatureName, number>;
  featureNames.forEach((name, i) => {
    weights[name] = (w[i] ?? 0) / spread[name];
    bias -= weights[name] * mean[name];
  });
  return { bias, weights };
}

export function predict({ bias, weights }: Model, features: Features): number {
  const sum = featureNames.reduce((total, name) => total + weights[name] * features[name], bias);
  return 1 / (1 + Math.exp(-sum));
}

/** A model as it is written down: two decimals, and nothing that does not matter. */
export function rounded({ bias, weights }: Model): Model {
  const kept = {} as Record<FeatureName, number>;
  for (const name of featureNames) kept[name] = Number(weights[name].toFixed(2));
  return { bias: Number(bias.toFixed(2)), weights: kept };
}

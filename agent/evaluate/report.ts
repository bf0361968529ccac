import { z } from 'zod';
import { answerStatus } from '../answer/answer.ts';
import type { QuestionResult } from './evaluate.ts';

const share = z.number().min(0).max(1).nullable();

const figures = z.object({
  count: z.number().int(),
  /** Shares of the answerable questions. */
  strict: share,
  lenient: share,
  answered: share,
  /** Strictly right among those that were answered. */
  precision: share,
  /** Refused or asked back, of the answerable ones. */
  abstained: share,
  failed: share,
});

export const evaluationReport = z.object({
  version: z.literal(1),
  overall: figures,
  /** Refused or asked back, of the questions that cannot be answered. */
  unanswerable: z.object({ count: z.number().int(), refused: share }),
  byFeature: z.record(z.string(), figures),
  latencyMs: z.object({ p50: z.number().nullable(), p95: z.number().nullable() }),
  questions: z.array(
    z.object({
      id: z.string(),
      question: z.string(),
      features: z.array(z.string()),
      isAnswerable: z.boolean(),
      status: answerStatus,
      plannedBy: z.string().nullable(),
      isStrict: z.boolean(),
      isLenient: z.boolean(),
      ms: z.number(),
      sql: z.string().nullable(),
      reason: z.string().nullable(),
    }),
  ),
});

/** How a set of questions went. */
export type EvaluationReport = z.infer<typeof evaluationReport>;
export type EvaluationFigures = z.infer<typeof figures>;

/** The report on some results. */
export function reportOn(results: readonly QuestionResult[]): EvaluationReport {
  const answerable = results.filter(({ isAnswerable }) => isAnswerable);
  const others = results.filter(({ isAnswerable }) => !isAnswerable);
  const features = [...new Set(answerable.flatMap((result) => result.features))].sort();
  const times = results.map(({ ms }) => ms).sort((a, b) => a - b);
  return {
    version: 1,
    overall: figuresOf(answerable),
    unanswerable: { count: others.length, refused: shareOf(others, isAbstention) },
    byFeature: Object.fromEntries(
      features.map((feature) => [
        feature,
        figuresOf(answerable.filter((result) => result.features.includes(feature))),
      ]),
    ),
    latencyMs: { p50: quantile(times, 0.5), p95: quantile(times, 0.95) },
    questions: results.map((result) => ({ ...result, features: [...result.features] })),
  };
}

function figuresOf(results: readonly QuestionResult[]): EvaluationFigures {
  const answered = results.filter(({ status }) => status === 'ok');
  return {
    count: results.length,
    strict: shareOf(results, ({ isStrict }) => isStrict),
    lenient: shareOf(results, ({ isLenient }) => isLenient),
    answered: shareOf(results, ({ status }) => status === 'ok'),
    precision: shareOf(answered, ({ isStrict }) => isStrict),
    abstained: shareOf(results, isAbstention),
    failed: shareOf(results, ({ status }) => status === 'failed'),
  };
}

function isAbstention({ status }: QuestionResult): boolean {
  // A change that is only shown answers nothing.
  return status === 'refused' || status === 'clarify' || status === 'confirm';
}

function shareOf(
  results: readonly QuestionResult[],
  holds: (result: QuestionResult) => boolean,
): number | null {
  return results.length === 0 ? null : results.filter(holds).length / results.length;
}

function quantile(sorted: readonly number[], part: number): number | null {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? null;
}

/** What changed between two reports, by question. */
export interface ReportComparison {
  /** Right before and not any more. */
  readonly broken: readonly string[];
  /** Right for the first time. */
  readonly mended: readonly string[];
  /** In one report only. */
  readonly unmatched: readonly string[];
}

/** Compares a report with an earlier one; a question that cannot be answered is right when refused. */
export function compareReports(
  earlier: EvaluationReport,
  later: EvaluationReport,
): ReportComparison {
  const before = new Map(earlier.questions.map((result) => [result.id, isRight(result)]));
  const after = new Map(later.questions.map((result) => [result.id, isRight(result)]));
  const both = [...after.keys()].filter((id) => before.has(id));
  return {
    broken: both.filter((id) => before.get(id) === true && after.get(id) === false),
    mended: both.filter((id) => before.get(id) === false && after.get(id) === true),
    unmatched: [
      ...[...before.keys()].filter((id) => !after.has(id)),
      ...[...after.keys()].filter((id) => !before.has(id)),
    ],
  };
}

function isRight(result: EvaluationReport['questions'][number]): boolean {
  return result.isAnswerable ? result.isStrict : isAbstention(result);
}

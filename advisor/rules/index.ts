/** Every rule, by its code. */
import { aggregateInGuest } from './aggregate-in-guest.ts';
import { capabilityUnused } from './capability-unused.ts';
import { coldStarts } from './cold-starts.ts';
import { columnsUnused } from './columns-unused.ts';
import { duplicateOfBuiltIn } from './duplicate-of-built-in.ts';
import { duplicateProcedure } from './duplicate-procedure.ts';
import { errorRate } from './error-rate.ts';
import { errorsSwallowed } from './errors-swallowed.ts';
import { growthTrend } from './growth-trend.ts';
import { indexOnFewValues } from './index-on-few-values.ts';
import { interpreterBound } from './interpreter-bound.ts';
import { jsonEncoding } from './json-encoding.ts';
import { logVolume } from './log-volume.ts';
import { lookupUnindexed } from './lookup-unindexed.ts';
import { memoryLimitFar } from './memory-limit-far.ts';
import { memoryLimitNear } from './memory-limit-near.ts';
import { moduleUnoptimised } from './module-unoptimised.ts';
import { neverCalled } from './never-called.ts';
import { poolTooLarge } from './pool-too-large.ts';
import { queryLoop } from './query-loop.ts';
import { queryNotBatched } from './query-not-batched.ts';
import { ratesMaterialisable } from './rates-materialisable.ts';
import { repeatedLookup } from './repeated-lookup.ts';
import { rowAtATime } from './row-at-a-time.ts';
import type { Rule } from './rule.ts';
import { subResultRecomputed } from './sub-result-recomputed.ts';
import { timeLimitNear } from './time-limit-near.ts';
import { transactionPerRow } from './transaction-per-row.ts';
import { versionRegression } from './version-regression.ts';
import { volatilityTooWide } from './volatility-too-wide.ts';

export const RULES: readonly Rule[] = [
  repeatedLookup,
  queryNotBatched,
  ratesMaterialisable,
  subResultRecomputed,
  lookupUnindexed,
  indexOnFewValues,
  queryLoop,
  columnsUnused,
  aggregateInGuest,
  rowAtATime,
  volatilityTooWide,
  interpreterBound,
  moduleUnoptimised,
  jsonEncoding,
  coldStarts,
  poolTooLarge,
  memoryLimitNear,
  memoryLimitFar,
  timeLimitNear,
  transactionPerRow,
  logVolume,
  errorsSwallowed,
  versionRegression,
  growthTrend,
  errorRate,
  capabilityUnused,
  neverCalled,
  duplicateOfBuiltIn,
  duplicateProcedure,
];

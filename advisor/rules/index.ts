/** Every rule, by its code. */
import { indexOnFewValues } from './index-on-few-values.ts';
import { lookupUnindexed } from './lookup-unindexed.ts';
import { queryLoop } from './query-loop.ts';
import { queryNotBatched } from './query-not-batched.ts';
import { ratesMaterialisable } from './rates-materialisable.ts';
import { repeatedLookup } from './repeated-lookup.ts';
import type { Rule } from './rule.ts';

export const RULES: readonly Rule[] = [
  repeatedLookup,
  queryNotBatched,
  ratesMaterialisable,
  lookupUnindexed,
  indexOnFewValues,
  queryLoop,
];

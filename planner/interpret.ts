import { compileQuery } from './compile/sql.ts';
import type { Arithmetic } from './decompose/arithmetic.ts';
import { readArithmetic } from './decompose/arithmetic.ts';
import { combineQueries } from './decompose/combine.ts';
import type { Mention } from './grounding/link.ts';
import { linkMentions } from './grounding/link.ts';
import type { SchemaModel } from './grounding/schema-model.ts';
import { isFunctionWord, isLightVerb } from './language/lexicon.ts';
import type { Token } from './language/tokenize.ts';
import { tokenize } from './language/tokenize.ts';
import type { Frame } from './parse/frame.ts';
import { parseRequest } from './parse/request.ts';
import type { LogicalQuery } from './query/logical.ts';
import type { Assignment } from './resolve/assign.ts';
import { assign } from './resolve/assign.ts';
import { buildQuery } from './resolve/build.ts';
import { isRepeated } from './resolve/join-tree.ts';
import { collectSlots } from './resolve/slots.ts';
import { confidenceOf } from './score/confidence.ts';
import type { Features } from './score/features.ts';
import { measureReading } from './score/features.ts';

/** One way to read a request, as a query. */
export interface Reading {
  readonly query: LogicalQuery;
  readonly sql: string;
  readonly assignment: Assignment;
  /** Fit of the words; comparable between readings of one request. */
  readonly score: number;
  readonly features: Features;
  /** The chance that this is what was meant, by its words alone. */
  readonly confidence: number;
}

interface Draft {
  readonly query: LogicalQuery;
  readonly sql: string;
  readonly assignment: Assignment;
}

/** Everything that was understood of a request. */
export interface Interpretation {
  readonly tokens: readonly Token[];
  readonly mentions: readonly Mention[];
  readonly frame: Frame;
  /** Best first. */
  readonly readings: readonly Reading[];
  /** Content words that nothing in the database answers to. */
  readonly unknown: readonly Token[];
}

const READINGS_MAX = 6;
const ASSIGNMENTS_MAX = 24;

/** Reads a request against a database. */
export function interpret(request: string, model: SchemaModel, now: string): Interpretation {
  const tokens = tokenize(request);
  const arithmetic = readArithmetic(request, tokens);
  const computed = arithmetic === null ? null : compute(arithmetic, model, now);
  return computed ?? interpretTokens(request, tokens, model, now);
}

/** Reads the two parts of a computation; null where they do not give numbers to compute with. */
function compute(
  { operator, left, right }: Arithmetic,
  model: SchemaModel,
  now: string,
): Interpretation | null {
  const [part, whole] = [left, right].map((text) =>
    interpretTokens(text, tokenize(text), model, now),
  );
  if (part === undefined || whole === undefined) return null;
  const readings: Reading[] = [];
  for (const own of part.readings) {
    for (const other of whole.readings) {
      const query = combineQueries(operator, own.query, other.query);
      if (query === null) continue;
      const sql = compileQuery(query);
      if (readings.some((known) => known.sql === sql)) continue;
      const features = { ...own.features, isComputed: 1 };
      readings.push({
        ...own,
        query,
        sql,
        features,
        score: own.score + other.score,
        confidence: confidenceOf(features, 'words'),
      });
    }
  }
  readings.sort((a, b) => b.score - a.score);
  const unknown = [...part.unknown, ...whole.unknown].filter(
    ({ lower }, index, all) => all.findIndex((earlier) => earlier.lower === lower) === index,
  );
  if (readings.length === 0 && unknown.length === 0) return null;
  return { ...part, readings: readings.slice(0, READINGS_MAX), unknown };
}

function interpretTokens(
  request: string,
  tokens: readonly Token[],
  model: SchemaModel,
  now: string,
): Interpretation {
  const mentions = linkMentions(request, tokens, model);
  const frame = parseRequest(tokens, mentions, now);
  const slots = collectSlots(frame, model);
  const words = new Set(tokens.filter(({ kind }) => kind === 'word').map(({ lemma }) => lemma));
  const drafts: Draft[] = [];
  for (const assignment of assign(slots, model).slice(0, ASSIGNMENTS_MAX)) {
    const query = buildQuery(frame, assignment, { model, words });
    if (query === null) continue;
    const sql = compileQuery(query);
    if (drafts.some((draft) => draft.sql === sql)) continue;
    drafts.push({ query, sql, assignment });
    if (drafts.length >= READINGS_MAX) break;
  }
  const unknown = tokens.filter(
    (token, index) =>
      token.kind === 'word' &&
      !frame.covered.has(index) &&
      !isFunctionWord(token.lower) &&
      !isLightVerb(token.lemma) &&
      token.number === null,
  );
  const verbsLost = tokens.filter(
    (token, index) =>
      token.kind === 'word' && !frame.covered.has(index) && isLightVerb(token.lemma),
  ).length;
  const readings = drafts.map((draft): Reading => {
    const { query, assignment } = draft;
    const rival = drafts.find((other) => other !== draft);
    const features = measureReading({
      tokens,
      frame,
      slots,
      assignment,
      query,
      unknownCount: unknown.length,
      verbsLost,
      rivalScore: rival?.assignment.score ?? null,
      repeatsRows: isRepeated(query.from, query.from.root),
    });
    return {
      ...draft,
      score: assignment.score,
      features,
      confidence: confidenceOf(features, 'words'),
    };
  });
  return { tokens, mentions, frame, readings, unknown };
}

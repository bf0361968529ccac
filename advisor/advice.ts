/** What the advisor says, and the sentences around it. */
import { HeliosError, nearest } from '#core';
import type { Facts, ProcedureFact } from './facts/facts.ts';
import { activeFigures } from './facts/facts.ts';
import type { Finding } from './findings/finding.ts';
import type { FindingState } from './findings/state.ts';
import type { Verdict } from './replay/verdict.ts';

/** A finding with what became of it. */
export interface Recommendation {
  readonly finding: Finding;
  readonly state: FindingState;
  /** Why it is in that state; null for one that nobody looked at yet. */
  readonly reason: string | null;
  readonly verdict: Verdict | null;
}

/** What the advisor has to say. */
export interface Advice {
  /** `could-not-look` means that there is no history to judge by; that is not the same as good. */
  readonly status: 'found' | 'nothing-found' | 'could-not-look';
  /** One sentence. */
  readonly summary: string;
  /** Whose words the summary is in; `refused` when a model said what is not ours, or nothing. */
  readonly wording: 'own' | 'model' | 'refused';
  /** The procedure that was asked about; null for all of them. */
  readonly procedure: string | null;
  /** What saves most with most confidence first; dismissed and finished ones are not among them. */
  readonly recommendations: readonly Recommendation[];
  /** What was applied, taken back or dismissed. */
  readonly settled: readonly Recommendation[];
  /** Calls that the advice rests on. */
  readonly callCount: number;
  /** Where the time of the procedures goes, those that take most first. */
  readonly profiles: readonly Profile[];
}

/** Where the time of one procedure's calls goes, in all. */
export interface Profile {
  readonly procedure: string;
  readonly callCount: number;
  readonly wallMs: number;
  readonly queryMs: number;
  readonly guestCpuMs: number;
}

/** Where the time of each procedure goes, those that take most first. */
export function profilesOf(procedures: readonly ProcedureFact[]): Profile[] {
  return procedures
    .flatMap((procedure) => {
      const figures = activeFigures(procedure);
      if (figures === null) return [];
      const { callCount, wallMs, queryMs, guestCpuMs } = figures;
      return [{ procedure: procedure.name, callCount, wallMs, queryMs, guestCpuMs }];
    })
    .sort((left, right) => right.wallMs - left.wallMs);
}

/** The procedures of a name, with or without its schema; all of them for null. */
export function selectProcedures(
  { procedures }: Facts,
  name: string | null,
): readonly ProcedureFact[] {
  if (name === null) return procedures;
  const wanted = name.toLowerCase();
  const found = procedures.filter((procedure) =>
    [procedure.name, `${procedure.schema}.${procedure.name}`].some(
      (known) => known.toLowerCase() === wanted,
    ),
  );
  if (found.length > 0) return found;
  throw unknownProcedure(name, [...new Set(procedures.map((procedure) => procedure.name))]);
}

/** How many names an error lists when none is near the one that was given. */
const LISTED_MAX = 12;

function unknownProcedure(name: string, known: readonly string[]): HeliosError {
  const candidate = nearest(name, known) ?? known.find((other) => isPartOf(other, name)) ?? null;
  const listed = [...known].sort().slice(0, LISTED_MAX).join(', ');
  return new HeliosError('undefined_function', {
    message: `procedure ${name} does not exist`,
    hint:
      known.length === 0
        ? 'the database has no procedures'
        : candidate !== null
          ? `did you mean ${candidate}?`
          : `there are ${listed}${known.length > LISTED_MAX ? ', …' : ''}`,
  });
}

function isPartOf(known: string, given: string): boolean {
  const [left, right] = [known.toLowerCase(), given.toLowerCase()];
  return right.length > 2 && (left.includes(right) || right.includes(left));
}

/** One sentence about what was found, or why there is nothing. */
export function summaryOf(parts: {
  readonly facts: Facts;
  readonly procedures: readonly ProcedureFact[];
  readonly name: string | null;
  readonly callCount: number;
  readonly openCount: number;
}): string {
  const { facts, procedures, name, callCount, openCount } = parts;
  if (facts.procedures.length === 0)
    return 'There is nothing to look at: the database has no procedures.';
  const subject = name ?? `${procedures.length} procedures`;
  if (callCount === 0) {
    return `There is nothing to judge by: no calls of ${name ?? 'any procedure'} are recorded.`;
  }
  const calls = `${callCount.toLocaleString('en-US')} calls`;
  if (openCount === 0) return `Nothing found about ${subject} in ${calls}.`;
  return `${openCount} ${openCount === 1 ? 'finding' : 'findings'} about ${subject}, from ${calls}.`;
}

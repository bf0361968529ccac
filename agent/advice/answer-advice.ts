/** Answers a question about how procedures perform with what the advisor finds. */
import type { Advice, Recommendation } from '#advisor';
import { CodeAdvisor } from '#advisor';
import type { Clock } from '#core';
import type { SqlDatabase } from '#storage';
import type { Answer, AnswerColumn } from '../answer/answer.ts';
import type { AdviceRequest } from './read-advice-request.ts';

/** The sentence and the table of an answer. */
export interface AdviceAnswer {
  readonly answer: string;
  readonly columns: AnswerColumn[];
  readonly rows: Answer['rows'];
}

const COLUMNS = ['finding', 'state', 'procedure', 'what', 'to_do', 'effect'];

/** Looks, and changes nothing. */
export async function answerAdvice(
  { procedure }: AdviceRequest,
  { database, clock }: { readonly database: SqlDatabase; readonly clock: Clock },
): Promise<AdviceAnswer> {
  const advisor = new CodeAdvisor({ model: null, schema: database, clock });
  const advice =
    procedure === null ? await advisor.analyze() : await advisor.analyzeProcedure(procedure);
  return {
    answer: sentenceOf(advice),
    columns: COLUMNS.map((name) => ({ name, type: 'VARCHAR' })),
    rows: advice.recommendations.map((recommendation) => {
      const { finding, state } = recommendation;
      return [
        finding.id,
        state.replace('_', ' '),
        finding.procedure,
        finding.what,
        finding.whatToDo,
        effectOf(recommendation),
      ];
    }),
  };
}

function effectOf({ finding, reason, verdict }: Recommendation): string | null {
  if (verdict !== null) return reason;
  const { expectedMsPerHour } = finding;
  return expectedMsPerHour < 1 ? null : `may save ${Math.round(expectedMsPerHour)} ms an hour`;
}

function sentenceOf({ status, summary, recommendations, profiles, procedure }: Advice): string {
  if (status === 'could-not-look') return summary;
  const [slowest] = profiles;
  const where = slowest === undefined ? '' : `${profileText(slowest, procedure === null)} `;
  const proven = recommendations.find(({ state }) => state === 'verified');
  const first = proven ?? recommendations.find(({ state }) => state !== 'refuted');
  if (first === undefined) return `${where}${summary}`;
  const measured = first.verdict === null ? '' : ` (${first.state}: ${first.reason})`;
  return `${where}${ended(first.finding.what)}${measured === '' ? '' : measured.trimStart()} ${first.finding.whatToDo}`
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function profileText(profile: Advice['profiles'][number], isSlowest: boolean): string {
  const { procedure, callCount, wallMs, queryMs, guestCpuMs } = profile;
  const share = (part: number): string =>
    `${Math.round((100 * Math.min(part, wallMs)) / wallMs)} %`;
  const perCall = (wallMs / Math.max(1, callCount)).toPrecision(2);
  const subject = isSlowest ? `Most time goes into ${procedure}: it` : procedure;
  return `${subject} takes ${perCall} ms a call, ${share(queryMs)} of it in its queries and ${share(guestCpuMs)} in its own code.`;
}

function ended(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

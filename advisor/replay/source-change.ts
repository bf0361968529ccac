/** Tries a changed procedure against the one there is. */
import type { ProcedureFact } from '../facts/facts.ts';
import { printPath } from '../rules/rule.ts';
import type { BuildOptions, BuildOutcome, CandidateSource, Load } from './experiment.ts';
import { callsTogether, isWriting, relatedLoads } from './loads.ts';
import { NO_ROW } from './measure.ts';

/** Why a change of a source cannot be tried by itself. */
export const NEEDS_CANDIDATE =
  'the change is in the source of the procedure, which is not in the database: --candidate FILE tries a changed source or module, --candidate-version N a version that is registered';

/** The captured calls with the procedure as it is, and with the candidate as its active version. */
export async function sourceExperiment(
  options: BuildOptions,
  candidate: CandidateSource,
): Promise<BuildOutcome> {
  const { procedure, finding } = options;
  const { change } = finding;
  const { goal, metric } =
    change?.kind === 'source' ? change : ({ goal: 'faster', metric: null } as const);
  const alter = `ALTER PROCEDURE ${printPath(procedure.schema, procedure.name)} (${typesOf(procedure)})`;
  if (candidate.kind === 'version' && candidate.version === procedure.activeVersion) {
    return `version ${candidate.version} is the one that is called already`;
  }
  const calls = await callsTogether(options);
  const main: Load = {
    name: `${calls.length === 1 ? 'one statement over' : 'single'} calls of ${procedure.name}`,
    role: 'main',
    baseline: calls,
    candidate: calls,
    clock: isWriting(procedure) ? 'wall' : 'processor',
    ...(metric === 'errors' || metric === 'queryErrors' ? { tolerates: isMended } : {}),
  };
  return {
    apply: [
      candidate.kind === 'version'
        ? `${alter} USE VERSION ${candidate.version}`
        : addVersion(alter, candidate),
    ],
    revert: [`${alter} USE VERSION ${procedure.activeVersion}`],
    goal,
    metric,
    loads: [main, ...(await relatedLoads(options))],
    warnings: [],
    callers: null,
  };
}

/**
 * Whether two rows may differ where the change is to mend failures: what failed gives something, and
 * so do the rows that the failed statement never came to, or what was hidden behind a NULL fails.
 */
function isMended(baseline: string, candidate: string): boolean {
  const isNothing = baseline.startsWith('error ') || baseline === NO_ROW;
  return isNothing || (baseline === 'NULL' && candidate.startsWith('error '));
}

function typesOf({ parameters }: ProcedureFact): string {
  return parameters.map(({ type }) => type).join(', ');
}

function addVersion(
  alter: string,
  { bytes, entry, capabilities }: Extract<CandidateSource, { kind: 'module' }>,
): string {
  const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
  return [
    `${alter} VERSION`,
    ...(capabilities === null ? [] : [`CAPABILITIES (${capabilities.map(text).join(', ')})`]),
    ...(entry === null ? [] : [`ENTRY ${text(entry)}`]),
    `AS $wasm$${Buffer.from(bytes).toString('base64')}$wasm$`,
  ].join('\n');
}

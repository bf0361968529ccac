import { readFile } from 'node:fs/promises';
import type { Advice, CandidateSource, Recommendation } from '#advisor';
import { CodeAdvisor, isOpen, unknownFinding } from '#advisor';
import { createAdviceModel, createReplayPorts, openModel } from '#agent';
import type { Console } from '../console.ts';
import { paletteFor } from '../console.ts';
import type { ExitCode } from '../exit-code.ts';
import { EXIT } from '../exit-code.ts';
import type { OpenedDatabase } from '../open-database.ts';
import { databaseFile, openForQuestions, openForStatements } from '../open-database.ts';
import { capabilitiesOf } from '../procedure-definition.ts';
import { openModule } from '../procedure-source.ts';
import type { Advisor } from '../remote-advisor.ts';
import { RemoteAdvisor } from '../remote-advisor.ts';
import { printAdvice } from '../render/advice.ts';
import type { Arguments, Run } from '../usage/command.ts';
import { usageError } from '../usage/parse-arguments.ts';
import { write } from '../write.ts';

/** `heliosdb advise`. */
export const advise: Run = async (args, console) => {
  const request = readRequest(args);
  const file = databaseFile(args, console);
  // Looking changes nothing; verdicts and decisions are kept in the database.
  const isChanging = request.action !== 'look';
  await using opened = isChanging
    ? await openForStatements(console, file)
    : await openForQuestions(console, file);
  const advisor = await advisorOf(opened, args, console);
  switch (request.action) {
    case 'apply':
    case 'revert':
      return await change(advisor, { ...request, action: request.action }, console);
    case 'dismiss':
      await advisor.dismiss(request.id, request.reason);
      await write(console.err, `dismissed ${request.id}: ${request.reason}\n`);
      return EXIT.ok;
    case 'replay':
      await replay(advisor, await withCandidate(request, args, console), console);
      return await show(advisor, { request, args, console });
    case 'look':
      return await show(advisor, { request, args, console });
    default:
      return request.action satisfies never;
  }
};

/** The advisor of the service where one owns the database: a copy needs the file's owner. */
async function advisorOf(
  { service, owned }: OpenedDatabase,
  args: Arguments,
  { environment, signal }: Console,
): Promise<Advisor> {
  if (owned === null) return new RemoteAdvisor(service ?? '');
  const name = args.text('model');
  const model = name === undefined ? null : await openModel({ environment, name, directory: null });
  return new CodeAdvisor({
    model: model === null ? null : createAdviceModel(model, signal),
    schema: owned,
    replay: createReplayPorts(),
  });
}

interface AdviseRequest {
  readonly action: 'look' | 'replay' | 'apply' | 'revert' | 'dismiss';
  /** The finding that is decided about; empty otherwise. */
  readonly id: string;
  readonly reason: string;
  readonly procedure: string | null;
  readonly ids: readonly string[] | null;
  readonly candidate?: CandidateSource;
}

/** `P013-4defac1a`: what looks like a finding and is no procedure's name. */
const FINDING_ID = /^[PRSM]\d{3}-[0-9a-f]{8}$/i;

function readRequest(args: Arguments): AdviseRequest {
  const [subject = null, ...others] = args.positionals;
  if (others.length > 0) throw usageError('one procedure or finding at a time');
  const finding = subject !== null && FINDING_ID.test(subject) ? subject : null;
  const procedure = finding === null ? subject : null;
  const isTrying = args.isSet('candidate') || args.isSet('candidate-version');
  const isReplay = args.isSet('replay') || isTrying;
  const decisions = (['apply', 'revert', 'dismiss'] as const).filter((name) => args.isSet(name));
  const [decision, ...further] = decisions;
  if (further.length > 0 || (decision !== undefined && isReplay)) {
    throw usageError('one of --replay, --apply, --revert and --dismiss at a time');
  }
  const reason = args.text('reason') ?? '';
  if (decision === 'dismiss' && reason.trim() === '') {
    throw usageError('option --reason is missing', 'a dismissed finding keeps why: --reason "…"');
  }
  const only = args.text('id') ?? finding ?? undefined;
  if (args.isSet('id') && !isReplay) throw usageError('--id goes with --replay');
  if (isTrying && (only === undefined || only.includes(','))) {
    throw usageError(
      'a candidate is tried for one finding',
      'heliosdb advise P013-4defac1a --candidate changed.py',
    );
  }
  return {
    action: decision ?? (isReplay ? 'replay' : 'look'),
    id: decision === undefined ? '' : (args.text(decision) ?? ''),
    reason,
    procedure,
    ids: only === undefined ? null : only.split(',').map((id) => id.trim()),
  };
}

/** The request with the module that is to be tried; a source is compiled first. */
async function withCandidate(
  request: AdviseRequest,
  args: Arguments,
  console: Console,
): Promise<AdviseRequest> {
  const [file, version] = [args.text('candidate'), args.text('candidate-version')];
  if (file !== undefined && version !== undefined) {
    throw usageError('one of --candidate and --candidate-version at a time');
  }
  if (version !== undefined) {
    if (!/^[1-9]\d{0,8}$/.test(version)) throw usageError(`"${version}" is not a version`);
    return { ...request, candidate: { kind: 'version', version: Number(version) } };
  }
  if (file === undefined) return request;
  await using module = await openModule(file, console);
  const bytes = new Uint8Array(await readFile(module.path));
  const entry = args.text('entry') ?? null;
  const capabilities = capabilitiesOf(args);
  return { ...request, candidate: { kind: 'module', bytes, entry, capabilities } };
}

async function replay(
  advisor: Advisor,
  { procedure, ids, candidate }: AdviseRequest,
  console: Console,
): Promise<void> {
  const palette = paletteFor(console.err, console.environment);
  const judged = await advisor.replay({
    ...(procedure === null ? {} : { procedure }),
    ...(ids === null ? {} : { ids }),
    ...(candidate === undefined ? {} : { candidate }),
    signal: console.signal,
    onProgress: (finding, text) => {
      console.err.write(palette.dim(`${finding.id}: ${text}\n`));
    },
  });
  if (judged.length === 0) await write(console.err, 'nothing to replay\n');
}

async function change(
  advisor: Advisor,
  { action, id }: Omit<AdviseRequest, 'action'> & { readonly action: 'apply' | 'revert' },
  console: Console,
): Promise<ExitCode> {
  const { statements } = action === 'apply' ? await advisor.apply(id) : await advisor.revert(id);
  await write(console.out, `${statements.join(';\n')};\n`);
  const said =
    action === 'apply' ? `applied ${id}; --revert ${id} takes it back` : `took ${id} back`;
  await write(console.err, `${said}\n`);
  return EXIT.ok;
}

async function show(
  advisor: Advisor,
  context: {
    readonly request: AdviseRequest;
    readonly args: Arguments;
    readonly console: Console;
  },
): Promise<ExitCode> {
  const { request, args, console } = context;
  const found =
    request.procedure === null
      ? await advisor.analyze()
      : await advisor.analyzeProcedure(request.procedure);
  const advice = request.ids === null ? found : only(found, request.ids);
  if (found.wording === 'refused') {
    await write(
      console.err,
      "the model's words were left out: they say what was not found, or nothing\n",
    );
  }
  if (args.isSet('json')) await write(console.out, `${JSON.stringify(advice)}\n`);
  else {
    const isLong =
      request.ids !== null ||
      request.procedure !== null ||
      request.action === 'replay' ||
      args.isSet('long');
    const isEverything = args.isSet('all');
    await write(console.out, printAdvice(advice, console, { isLong, isEverything }));
    await write(console.err, nextStep(advice));
  }
  return args.isSet('check') ? exitCodeFor(advice) : EXIT.ok;
}

/** Advice about these findings alone. */
function only(advice: Advice, ids: readonly string[]): Advice {
  const all = [...advice.recommendations, ...advice.settled];
  const wanted = ids.map((id) => id.toLowerCase());
  const recommendations = all.filter(({ finding }) => wanted.includes(finding.id.toLowerCase()));
  const missing = wanted.find(
    (id) => !recommendations.some(({ finding }) => finding.id.toLowerCase() === id),
  );
  if (missing !== undefined) {
    throw unknownFinding(
      missing.toUpperCase().slice(0, 5) + missing.slice(5),
      all.map(({ finding }) => finding.id),
    );
  }
  return { ...advice, recommendations, settled: [] };
}

/** What to type next, where there is something. */
function nextStep({ recommendations }: Advice): string {
  const open = recommendations.filter(({ state }) => isOpen(state));
  const [verified] = open.filter(
    ({ state, verdict }) => state === 'verified' && (verdict?.apply.length ?? 0) > 0,
  );
  if (verified !== undefined)
    return `\nheliosdb advise --apply ${verified.finding.id} makes the change\n`;
  const isUntried = ({ state, finding }: Recommendation): boolean =>
    state === 'proposed' && finding.change !== null;
  return open.some(isUntried)
    ? '\nheliosdb advise --replay tries what can be tried, on a copy\n'
    : '';
}

function exitCodeFor({ status, recommendations }: Advice): ExitCode {
  if (status === 'could-not-look') return EXIT.nothingToJudge;
  const isPressing = recommendations.some(
    ({ finding, state }) => isOpen(state) && finding.severity !== 'info',
  );
  return isPressing ? EXIT.findings : EXIT.ok;
}

/** Tries a finding's change on copies of the database. The database itself is only read. */
import { mkdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '#core';
import { HeliosError, toHeliosError } from '#core';
import type { Database, SqlSession } from '#storage';
import type { Facts, ProcedureFact } from '../facts/facts.ts';
import type { Finding } from '../findings/finding.ts';
import { buildExperiment } from './build-experiment.ts';
import { singleCalls } from './calls.ts';
import { conclude } from './conclude.ts';
import type { CandidateSource, Experiment } from './experiment.ts';
import type { MeasureContext, MeasuredLoad, MeasureLimits } from './measure.ts';
import { measureControl, measureLoad } from './measure.ts';
import type { ReplayPorts } from './ports.ts';
import { prepareRebuild, rebuildInto } from './rebuild.ts';
import { NEEDS_CANDIDATE } from './source-change.ts';
import type { Verdict } from './verdict.ts';
import { notReplayable } from './verdict.ts';
import { compareWrites, countWork } from './work.ts';
import type { CopiedDatabase } from './workspace.ts';
import { assertRoom, copyDatabase, sizeOf, Workspace } from './workspace.ts';

export interface ReplayLimits extends MeasureLimits {
  /** Size of a database that is still copied as a whole; of a larger one rows are sampled. */
  readonly copyBytesMax: number;
  /** Rows kept of each table of a database that is too large to copy. */
  readonly sampledRowsMax: number;
  /** Calls of a statement that takes many. */
  readonly callsMax: number;
  /** What one run of the calls should take; fewer are made of slow ones. */
  readonly runMsMax: number;
}

export const DEFAULT_REPLAY_LIMITS: ReplayLimits = {
  pairsMin: 7,
  pairsMax: 36,
  loadMsMax: 15_000,
  copyBytesMax: 2 * 1024 ** 3,
  sampledRowsMax: 1_000_000,
  callsMax: 8000,
  runMsMax: 500,
};

export interface ReplayOptions {
  readonly database: CopiedDatabase;
  readonly facts: Facts;
  readonly finding: Finding;
  readonly ports: ReplayPorts;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly limits?: Partial<ReplayLimits>;
  readonly onProgress?: (text: string) => void;
  /** A changed procedure to be tried in place of the finding's own change. */
  readonly candidate?: CandidateSource;
}

/** Replays one finding. Throws only when cancelled; what cannot be tried is a verdict too. */
export async function replay(options: ReplayOptions): Promise<Verdict> {
  const limits = { ...DEFAULT_REPLAY_LIMITS, ...options.limits };
  const refusal = refuse(options);
  if (refusal !== null) return notReplayable(refusal);
  await using workspace = await Workspace.create(options.ports.directory ?? undefined);
  try {
    options.signal.throwIfAborted();
    return await replayIn(workspace, options, limits);
  } catch (error) {
    if (options.signal.aborted) throw new HeliosError('query_canceled');
    const { message, detail } = toHeliosError(error);
    return notReplayable(`the replay failed: ${message}${detail === null ? '' : ` (${detail})`}`);
  }
}

function refuse({ facts, finding, candidate }: ReplayOptions): string | null {
  if (finding.change === null) return 'there is nothing to be tried on a copy';
  if (finding.change.kind === 'source' && candidate === undefined) return NEEDS_CANDIDATE;
  const procedure = facts.procedures.find(({ id }) => id === finding.procedureId);
  if (procedure === undefined) return 'the procedure does not exist any more';
  if (procedure.samples.length === 0) return 'no calls were sampled, so there is nothing to repeat';
  const outside = (procedure.capabilities ?? []).filter((right) =>
    /^(network|filesystem):/.test(right),
  );
  if (outside.length > 0) return `it reaches outside of the database: ${outside.join(', ')}`;
  return null;
}

async function replayIn(
  workspace: Workspace,
  options: ReplayOptions,
  limits: ReplayLimits,
): Promise<Verdict> {
  const { finding, facts, ports, clock, signal, onProgress = () => {} } = options;
  const recorded = facts.procedures.find(({ id }) => id === finding.procedureId);
  if (recorded === undefined) return notReplayable('the procedure does not exist any more');
  onProgress('copying the database');
  const copier = await createCopier(workspace, recorded, { options, limits });
  await using baseline = await openCopy(workspace, 'baseline', copier);
  await using candidate = await openCopy(workspace, 'candidate', copier);
  const copies = { baseline: baseline.connection, candidate: candidate.connection };
  const context: MeasureContext = { copies, clock, limits, signal, cpuMs: processCpuMs };
  const stop = () => {
    copies.baseline.interrupt();
    copies.candidate.interrupt();
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    onProgress('working out the change');
    const procedure = await bound(recorded, { ...context, limits });
    const { callsMax, runMsMax } = limits;
    const experiment = await buildExperiment({
      copies,
      facts,
      procedure,
      finding,
      candidate: options.candidate ?? null,
      callsMax,
      runMsMax,
      cpuMs: processCpuMs,
    });
    if (typeof experiment === 'string') return notReplayable(experiment);
    const warnings = [...copier.warnings, ...experiment.warnings];
    const [main] = experiment.loads;
    if (main === undefined) return notReplayable('there is nothing to measure');
    onProgress('measuring two equal copies, to learn the noise');
    const control = await measureControl(main, context);
    onProgress('applying the change to one copy');
    const sizeBytes = await applyTo(candidate, experiment, ports);
    const loads: MeasuredLoad[] = [];
    for (const load of experiment.loads) {
      onProgress(`measuring ${load.name}`);
      loads.push(await measureLoad(load, control, context));
    }
    const callCount = procedure.samples.length;
    const work = await countWork(copies, main, procedure.name);
    const writes = await compareWrites(copies, facts, procedure);
    return conclude({ ...experiment, warnings }, loads, {
      control,
      sizeBytes,
      callCount,
      work,
      writes,
    });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Sampled calls that are repeated at least, however slow they are. */
const SAMPLES_MIN = 16;

/** As many single calls as a run has time for, by what a few of them take on a copy. */
async function bound(
  procedure: ProcedureFact,
  { copies, limits, cpuMs }: MeasureContext & { readonly limits: ReplayLimits },
): Promise<ProcedureFact> {
  const few = singleCalls(procedure).slice(0, SAMPLES_MIN);
  const startedAt = cpuMs();
  // Calls that fail are part of the history; how long they take is all that matters here.
  for (const sql of few) await copies.baseline.query(sql).catch(() => undefined);
  const callMs = (cpuMs() - startedAt) / few.length;
  const affordable = Math.max(SAMPLES_MIN, Math.floor(limits.runMsMax / Math.max(callMs, 1e-6)));
  return { ...procedure, samples: procedure.samples.slice(0, affordable) };
}

/** User and system time of all threads of this process. */
function processCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** A copy that is open. */
interface OpenCopy extends AsyncDisposable {
  readonly connection: SqlSession;
  readonly path: string;
}

/** Makes equal copies: of the file, or anew where that cannot be. */
interface Copier {
  /** The name that the copies' files have. */
  readonly file: string;
  readonly warnings: readonly string[];
  open(path: string): Promise<Database>;
}

async function createCopier(
  workspace: Workspace,
  procedure: ProcedureFact,
  { options, limits }: { readonly options: ReplayOptions; readonly limits: ReplayLimits },
): Promise<Copier> {
  const { database, ports } = options;
  if (database.path === ':memory:') {
    return await rebuildingCopier(workspace, procedure, { options, rowsMax: null });
  }
  const bytes = await sizeOf(database);
  if (bytes > limits.copyBytesMax) {
    return await rebuildingCopier(workspace, procedure, {
      options,
      rowsMax: limits.sampledRowsMax,
    });
  }
  await assertRoom(workspace.folder, 2 * bytes);
  let rebuilding: Copier | null = null;
  let isOpened = false;
  return {
    file: basename(database.path),
    warnings: [],
    open: async (path) => {
      if (rebuilding !== null) return await rebuilding.open(path);
      await copyDatabase(database, path);
      try {
        const copy = await ports.openDatabase(path);
        isOpened = true;
        return copy;
      } catch (error) {
        // A log that DuckDB cannot replay, such as one with a key added to a table: what is in the
        // database can be read all the same. The two copies have to be made alike.
        if (isOpened) throw error;
        await Promise.all([rm(path, { force: true }), rm(`${path}.wal`, { force: true })]);
        rebuilding = await rebuildingCopier(workspace, procedure, { options, rowsMax: null });
        return await rebuilding.open(path);
      }
    },
  };
}

/** Makes copies anew of the tables and procedures concerned, with all rows or a sample of them. */
async function rebuildingCopier(
  workspace: Workspace,
  procedure: ProcedureFact,
  { options, rowsMax }: { readonly options: ReplayOptions; readonly rowsMax: number | null },
): Promise<Copier> {
  const { database, facts, ports } = options;
  const folder = join(workspace.folder, 'rows');
  const rebuilt = await prepareRebuild({
    source: database,
    folder,
    facts,
    procedure,
    rowsMax,
    ports,
  });
  const { sampled } = rebuilt;
  const note = `the copies hold a sample of ${sampled.join(', ')}: on all rows, factors may differ`;
  return {
    file: database.path === ':memory:' ? 'memory.duckdb' : basename(database.path),
    warnings: sampled.length === 0 ? [] : [note],
    open: (path) => rebuildInto(path, rebuilt, ports),
  };
}

async function openCopy(workspace: Workspace, name: string, copier: Copier): Promise<OpenCopy> {
  // In a folder of its own, so that the copy's name as a database is the original's.
  const folder = join(workspace.folder, name);
  await mkdir(folder);
  const path = join(folder, copier.file);
  const copy = await copier.open(path);
  const connection = await copy.connect();
  return { connection, path, [Symbol.asyncDispose]: () => copy.close() };
}

/** Runs the change; returns by how many bytes the file grew, or null where that is not known. */
async function applyTo(
  { connection, path }: OpenCopy,
  { apply }: Experiment,
  ports: ReplayPorts,
): Promise<number | null> {
  if (apply.length === 0) return null;
  const before = await sizeAfterCheckpoint(connection, path);
  await ports.runScript(connection, `${apply.join(';\n')};`);
  const after = await sizeAfterCheckpoint(connection, path);
  return before === null || after === null ? null : after - before;
}

const CHECKPOINT_ATTEMPTS_MAX = 20;
const CHECKPOINT_PAUSE_MS = 50;

/** The file's size once everything is in it; null when something keeps writing. */
async function sizeAfterCheckpoint(connection: SqlSession, path: string): Promise<number | null> {
  for (let attempt = 1; attempt <= CHECKPOINT_ATTEMPTS_MAX; attempt += 1) {
    try {
      await connection.run('CHECKPOINT');
      return (await stat(path)).size;
    } catch {
      // The engine writes what it observed now and then, and a checkpoint waits for nobody.
      await pause(CHECKPOINT_PAUSE_MS);
    }
  }
  return null;
}

/** The Code Advisor: reads what procedures did, says what would help, and proves it on a copy. */
import type { Clock } from '#core';
import { HeliosError, systemClock } from '#core';
import type { SqlDatabase } from '#storage';
import type { Advice, Recommendation } from './advice.ts';
import { profilesOf, selectProcedures, summaryOf } from './advice.ts';
import type { Facts, ProcedureFact } from './facts/facts.ts';
import { activeFigures } from './facts/facts.ts';
import { readFacts } from './facts/read-facts.ts';
import { evaluate } from './findings/evaluate.ts';
import type { Finding } from './findings/finding.ts';
import { readStored, unknownFinding, writeStored } from './findings/finding-store.ts';
import type { FindingState, StoredFinding } from './findings/state.ts';
import { isOpen, mayBecome, watch, watchedOf } from './findings/state.ts';
import type { CandidateSource } from './replay/experiment.ts';
import type { ReplayPorts } from './replay/ports.ts';
import type { ReplayLimits } from './replay/replay.ts';
import { replay } from './replay/replay.ts';
import type { Verdict } from './replay/verdict.ts';
import type { AdviceModel } from './wording.ts';
import { wordAdvice } from './wording.ts';

export interface CodeAdvisorOptions {
  /** Words advice for people; its numbers are checked. Null means our own words. */
  readonly model: AdviceModel | null;
  /** The database whose procedures are advised on. */
  readonly schema: SqlDatabase;
  /** Needed for replaying and applying only. */
  readonly replay?: ReplayPorts;
  readonly clock?: Clock;
}

export interface ReplayRequest {
  /** Finding ids; all open findings that can be tried by default. */
  readonly ids?: readonly string[];
  readonly procedure?: string;
  readonly signal?: AbortSignal;
  readonly limits?: Partial<ReplayLimits>;
  /** A changed procedure to be tried for one finding. */
  readonly candidate?: CandidateSource;
  readonly onProgress?: (finding: Finding, text: string) => void;
  readonly onVerdict?: (recommendation: Recommendation) => void;
}

/** Findings that this process replays at the moment, by database; others' replays were killed. */
const RUNNING = new Set<string>();

/** Advises on the procedures of one open database. It changes nothing unless it is told to. */
export class CodeAdvisor {
  readonly #database: SqlDatabase;
  readonly #model: AdviceModel | null;
  readonly #ports: ReplayPorts | null;
  readonly #clock: Clock;

  constructor({ model, schema, replay: ports, clock = systemClock }: CodeAdvisorOptions) {
    this.#database = schema;
    this.#model = model;
    this.#ports = ports ?? null;
    this.#clock = clock;
  }

  /** Advice about one procedure; about all overloads of its name. */
  async analyzeProcedure(name: string): Promise<Advice> {
    return await this.#analyze(name);
  }

  /** Advice about every procedure. */
  async analyze(): Promise<Advice> {
    return await this.#analyze(null);
  }

  /**
   * Tries findings on copies and returns them with their verdicts, which are kept when the database
   * can be written.
   */
  async replay(request: ReplayRequest = {}): Promise<Recommendation[]> {
    const ports = this.#requirePorts();
    const { facts, all } = await this.#look(request.procedure ?? null);
    const wanted = this.#select(all, request.ids ?? null);
    if (request.candidate !== undefined && wanted.length !== 1) {
      throw notPossible('a candidate is tried for one finding', `${wanted.length} were chosen`);
    }
    const judged: Recommendation[] = [];
    for (const { finding, state } of wanted) {
      if (!mayBecome(state, 'replaying')) {
        throw notPossible(`${finding.id} cannot be replayed`, `it is ${state}`);
      }
    }
    for (const before of wanted) {
      const after = await this.#replayOne(before, { facts, ports, request });
      judged.push(after);
      request.onVerdict?.(after);
    }
    return judged;
  }

  async #replayOne(
    before: Recommendation,
    context: {
      readonly facts: Facts;
      readonly ports: ReplayPorts;
      readonly request: ReplayRequest;
    },
  ): Promise<Recommendation> {
    const { facts, ports, request } = context;
    const { finding, state } = before;
    const nothing = { change: null, baseline: null };
    const key = this.#runningKey(finding.id);
    RUNNING.add(key);
    try {
      await this.#keep({ ...before, ...nothing, state: 'replaying' }, state);
      const verdict = await replay({
        database: this.#database,
        facts,
        finding,
        ports,
        clock: this.#clock,
        signal: request.signal ?? new AbortController().signal,
        ...(request.limits === undefined ? {} : { limits: request.limits }),
        ...(request.candidate === undefined ? {} : { candidate: request.candidate }),
        onProgress: (text) => request.onProgress?.(finding, text),
      });
      const after = { finding, state: verdict.outcome, reason: verdict.reason, verdict } as const;
      await this.#keep({ ...after, ...nothing }, 'replaying');
      return after;
    } catch (error) {
      // A replay that was cancelled says nothing: what was known before stands.
      await this.#keep({ ...before, ...nothing }, 'replaying');
      throw error;
    } finally {
      RUNNING.delete(key);
    }
  }

  /** Makes a finding's change in the database: exactly the statements of its verdict. */
  async apply(id: string): Promise<{ readonly statements: readonly string[] }> {
    const { runScript } = this.#requirePorts();
    const { facts, all } = await this.#look(null);
    const { finding, state, verdict } = this.#find(all, id);
    const change = changeOf(finding, verdict);
    if (!mayBecome(state, 'applied') || change === null || change.apply.length === 0) {
      throw notPossible(`${id} cannot be applied`, whyNot({ finding, state, verdict }));
    }
    const procedure = facts.procedures.find((known) => known.id === finding.procedureId);
    await this.#database.withConnection((connection) =>
      runScript(connection, scriptOf(change.apply)),
    );
    const reason =
      verdict?.outcome === 'verified' ? `verified: ${verdict.reason}` : 'applied untried';
    const baseline = procedure === undefined ? null : watchedOf(procedure);
    await this.#keep({ finding, state: 'applied', reason, verdict, change, baseline }, state);
    return { statements: change.apply };
  }

  /** Takes an applied change back. */
  async revert(id: string): Promise<{ readonly statements: readonly string[] }> {
    const { runScript } = this.#requirePorts();
    const { stored } = await this.#look(null);
    const entry = stored.get(id);
    if (entry === undefined) throw unknownFinding(id, [...stored.keys()]);
    if (!mayBecome(entry.state, 'reverted') || entry.change === null) {
      throw notPossible(`${id} was not applied`, `it is ${entry.state}`);
    }
    const { change, state } = entry;
    await this.#database.withConnection((connection) =>
      runScript(connection, scriptOf(change.revert)),
    );
    const reverted = { ...entry, state: 'reverted' as const, reason: 'taken back', baseline: null };
    await this.#keep(reverted, state);
    return { statements: change.revert };
  }

  /** Puts a finding aside; it does not come back. */
  async dismiss(id: string, reason: string): Promise<void> {
    const { all } = await this.#look(null);
    const { finding, state, verdict } = this.#find(all, id);
    if (!mayBecome(state, 'dismissed'))
      throw notPossible(`${id} cannot be dismissed`, `it is ${state}`);
    await this.#keep(
      { finding, state: 'dismissed', reason, verdict, change: null, baseline: null },
      state,
    );
  }

  async #analyze(name: string | null): Promise<Advice> {
    const { facts, procedures, all } = await this.#look(name);
    const callCount = procedures.reduce(
      (sum, procedure) => sum + (activeFigures(procedure)?.rowCount ?? 0),
      0,
    );
    const recommendations = all.filter(({ state }) => isOpen(state) || state === 'refuted');
    const settled = all.filter(({ state }) => !isOpen(state) && state !== 'refuted');
    const open = recommendations.filter(({ state }) => isOpen(state));
    const status =
      callCount === 0 ? 'could-not-look' : open.length === 0 ? 'nothing-found' : 'found';
    const advice = {
      status,
      summary: summaryOf({ facts, procedures, name, callCount, openCount: open.length }),
      wording: 'own',
      procedure: name,
      recommendations,
      settled,
      callCount,
      profiles: profilesOf(procedures),
    } as const;
    return this.#model === null ? advice : await wordAdvice(advice, this.#model);
  }

  async #look(name: string | null): Promise<{
    readonly facts: Facts;
    readonly procedures: readonly ProcedureFact[];
    readonly stored: ReadonlyMap<string, StoredFinding>;
    readonly all: readonly Recommendation[];
  }> {
    return await this.#database.withConnection(async (connection) => {
      const facts = await readFacts(connection, new Date(this.#clock.now()).toISOString());
      const procedures = selectProcedures(facts, name);
      const stored = await readStored(connection);
      const found = evaluate(facts, procedures);
      const ids = new Set(found.map(({ id }) => id));
      const gone = [...stored.values()].filter(
        ({ finding }) =>
          !ids.has(finding.id) && procedures.some(({ id }) => id === finding.procedureId),
      );
      const all = [
        ...found.map((finding) => this.#recommend(finding, stored.get(finding.id), facts)),
        // A cause that is gone leaves only what was done about it to tell.
        ...gone
          .filter(({ state }) => !isOpen(state) && state !== 'refuted')
          .map((entry) => this.#recommend(entry.finding, entry, facts)),
      ];
      return { facts, procedures, stored, all };
    });
  }

  #recommend(finding: Finding, entry: StoredFinding | undefined, facts: Facts): Recommendation {
    const recommended = recommend(finding, entry, facts);
    if (recommended.state !== 'replaying' || RUNNING.has(this.#runningKey(finding.id))) {
      return recommended;
    }
    // Whoever replayed it was killed: what was known before stands.
    return { ...recommended, state: recommended.verdict?.outcome ?? 'proposed' };
  }

  #runningKey(id: string): string {
    return `${this.#database.path} ${id}`;
  }

  #select(all: readonly Recommendation[], ids: readonly string[] | null): Recommendation[] {
    if (ids !== null) return ids.map((id) => this.#find(all, id));
    return all.filter(
      ({ finding, state }) => finding.change !== null && (isOpen(state) || state === 'refuted'),
    );
  }

  #find(all: readonly Recommendation[], id: string): Recommendation {
    const found = all.find(({ finding }) => finding.id.toLowerCase() === id.toLowerCase());
    if (found !== undefined) return found;
    throw unknownFinding(
      id,
      all.map(({ finding }) => finding.id),
    );
  }

  async #keep(entry: StoredFinding, from: FindingState): Promise<void> {
    if (this.#database.isReadOnly) return;
    await this.#database.withConnection((connection) => writeStored(connection, entry, from));
  }

  #requirePorts(): ReplayPorts {
    if (this.#ports !== null) return this.#ports;
    throw new HeliosError('object_not_in_prerequisite_state', {
      message: 'the advisor was made without the means to replay',
      hint: 'give it replay ports: createReplayPorts() of the agent makes them',
    });
  }
}

function recommend(
  finding: Finding,
  entry: StoredFinding | undefined,
  { procedures }: Facts,
): Recommendation {
  if (entry === undefined) return { finding, state: 'proposed', reason: null, verdict: null };
  const { verdict, state, reason, baseline } = entry;
  const procedure = procedures.find(({ id }) => id === finding.procedureId);
  const isWatched = state === 'applied' || state === 'watching';
  if (isWatched && baseline !== null && procedure !== undefined) {
    return { finding, verdict, ...watch(baseline, procedure) };
  }
  return { finding, state, reason, verdict };
}

function changeOf(finding: Finding, verdict: Verdict | null): StoredFinding['change'] {
  if (verdict !== null && verdict.apply.length > 0) {
    return { apply: verdict.apply, revert: verdict.revert };
  }
  if (finding.change?.kind !== 'script') return null;
  return { apply: finding.change.apply, revert: finding.change.revert };
}

function whyNot({ finding, state, verdict }: Omit<Recommendation, 'reason'>): string {
  if (!mayBecome(state, 'applied')) return `it is ${state}`;
  if (verdict === null && finding.change !== null && finding.change.kind !== 'one-statement') {
    return `replay it first: the statements are worked out there (--replay --id ${finding.id})`;
  }
  return 'it is a change of the code that calls the procedure, or of the procedure itself';
}

function notPossible(message: string, detail: string): HeliosError {
  return new HeliosError('object_not_in_prerequisite_state', { message, detail });
}

function scriptOf(statements: readonly string[]): string {
  return `BEGIN TRANSACTION;\n${statements.join(';\n')};\nCOMMIT;`;
}

import type { Advice, CodeAdvisor, Recommendation, ReplayRequest } from '#advisor';
import { HeliosError } from '#core';
import { ServiceClient } from './service-client.ts';

/** What the commands ask of an advisor, in this process or in the service. */
export type Advisor = Pick<
  CodeAdvisor,
  'analyze' | 'analyzeProcedure' | 'replay' | 'apply' | 'revert' | 'dismiss'
>;

interface Looked extends Pick<Advice, 'status' | 'summary' | 'callCount' | 'profiles'> {
  readonly advice: readonly Flat[];
  readonly settled: readonly string[];
}

type Flat = Recommendation['finding'] & Omit<Recommendation, 'finding'>;

/** The advisor of the service that owns the database. */
export class RemoteAdvisor implements Advisor {
  readonly #client: ServiceClient;

  constructor(socketPath: string) {
    this.#client = new ServiceClient(socketPath);
  }

  async analyze(): Promise<Advice> {
    return await this.#look(null);
  }

  async analyzeProcedure(name: string): Promise<Advice> {
    return await this.#look(name);
  }

  async replay(request: ReplayRequest = {}): Promise<Recommendation[]> {
    const { ids, procedure, candidate, onProgress } = request;
    if (candidate !== undefined) {
      throw new HeliosError('feature_not_supported', {
        message: 'a service tries no candidates',
        detail: 'the database is open in a service, which replays only what it has itself',
        hint: 'stop the service, or try the candidate on a copy of the database file (--db COPY)',
      });
    }
    const { recommendations } = await this.#look(procedure ?? null);
    const wanted = recommendations.filter(({ finding }) =>
      ids === undefined
        ? finding.change !== null
        : ids.some((id) => id.toLowerCase() === finding.id.toLowerCase()),
    );
    const judged: Recommendation[] = [];
    for (const { finding } of wanted) {
      onProgress?.(finding, 'the service replays it');
      judged.push(await this.#act(finding.id, 'replay'));
    }
    return judged;
  }

  async apply(id: string): Promise<{ readonly statements: readonly string[] }> {
    const { verdict } = await this.#act(id, 'apply');
    return { statements: verdict?.apply ?? [] };
  }

  async revert(id: string): Promise<{ readonly statements: readonly string[] }> {
    const { verdict } = await this.#act(id, 'revert');
    return { statements: verdict?.revert ?? [] };
  }

  async dismiss(id: string, reason: string): Promise<void> {
    await this.#act(id, 'dismiss', { reason });
  }

  async #act(id: string, action: string, body?: object): Promise<Recommendation> {
    const path = `/advice/${encodeURIComponent(id)}/${action}`;
    const { advice } = await this.#client.call('POST', path, body);
    return nested(advice as Flat);
  }

  async #look(procedure: string | null): Promise<Advice> {
    const query = procedure === null ? '' : `?procedure=${encodeURIComponent(procedure)}`;
    const reply = await this.#client.call('GET', `/advice${query}`);
    const { status, summary, callCount, profiles, advice, settled } = reply as unknown as Looked;
    const isSettled = ({ finding }: Recommendation): boolean => settled.includes(finding.id);
    const all = advice.map(nested);
    return {
      status,
      summary,
      wording: 'own',
      callCount,
      profiles,
      procedure,
      recommendations: all.filter((one) => !isSettled(one)),
      settled: all.filter(isSettled),
    };
  }
}

function nested({ state, reason, verdict, ...finding }: Flat): Recommendation {
  return { finding, state, reason, verdict } as Recommendation;
}

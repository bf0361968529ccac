import { z } from 'zod';
import type { Advice, Recommendation } from '#advisor';
import { CodeAdvisor } from '#advisor';
import { createReplayPorts } from '#agent';
import { HeliosError } from '#core';
import type { ServiceContext } from '../context.ts';
import type { Route } from '../http/route.ts';
import { defineRoute } from '../http/route.ts';

const one = z.object({ id: z.string().min(1).max(300) });
/** It has arguments of real calls in it. */
const EVIDENCE = 'advice on procedures';

/** A finding with its state, reason and verdict, as the advisor gives them. */
const advice = z.looseObject({
  id: z.string(),
  procedure: z.string(),
  state: z.string(),
  reason: z.string().nullable(),
});

const reply = z.strictObject({ advice });

/** Findings about procedures, and what becomes of them. */
export function adviceRoutes(context: ServiceContext): Route[] {
  const schema = context.database;
  const advisor = new CodeAdvisor({ model: null, schema, replay: createReplayPorts() });
  let isReplaying = false;

  const find = async (id: string) => {
    const { recommendations, settled } = await advisor.analyze();
    const found = [...recommendations, ...settled].find(({ finding }) => finding.id === id);
    if (found !== undefined) return { advice: flat(found) };
    throw new HeliosError('undefined_object', {
      message: `there is no finding ${id}`,
      hint: 'GET /api/v1/advice lists them',
    });
  };
  const replay = async (id: string, signal: AbortSignal) => {
    if (isReplaying) {
      throw new HeliosError('object_not_in_prerequisite_state', {
        message: 'a replay is running already',
        hint: 'copies would disturb each other; try again when it has ended',
      });
    }
    isReplaying = true;
    try {
      await advisor.replay({ ids: [id], signal: AbortSignal.any([signal, context.stopping]) });
    } finally {
      isReplaying = false;
    }
  };
  const action = (
    name: string,
    {
      summary,
      run,
    }: { summary: string; run: (id: string, signal: AbortSignal) => Promise<unknown> },
  ): Route =>
    defineRoute({
      method: 'POST',
      path: `/advice/:id/${name}`,
      summary,
      tag: 'advice',
      role: name === 'replay' ? 'author' : 'admin',
      params: one,
      reply,
      handle: async ({ params, signal, identity }) => {
        await context.scopes.assertUnfiltered(identity, EVIDENCE);
        await run(params.id, signal);
        context.catalog.invalidate();
        return await find(params.id);
      },
    });
  return [
    listRoute(advisor, context),
    action('replay', { summary: 'Try a finding on a copy of the database', run: replay }),
    action('apply', { summary: "Make a finding's change", run: (id) => advisor.apply(id) }),
    action('revert', { summary: 'Take a change back', run: (id) => advisor.revert(id) }),
    defineRoute({
      method: 'POST',
      path: '/advice/:id/dismiss',
      summary: 'Put a finding aside for good',
      tag: 'advice',
      role: 'author',
      params: one,
      body: z.strictObject({ reason: z.string().max(1_000).default('dismissed by hand') }),
      reply,
      handle: async ({ params, body, identity }) => {
        await context.scopes.assertUnfiltered(identity, EVIDENCE);
        await advisor.dismiss(params.id, body.reason);
        return await find(params.id);
      },
    }),
  ];
}

function listRoute(advisor: CodeAdvisor, { scopes }: ServiceContext): Route {
  return defineRoute({
    method: 'GET',
    path: '/advice',
    summary: 'Findings with their evidence and verdicts, the most promising first',
    tag: 'advice',
    role: 'reader',
    query: z.object({ procedure: z.string().max(200).optional() }),
    reply: z.strictObject({
      status: z.enum(['found', 'nothing-found', 'could-not-look']),
      summary: z.string(),
      callCount: z.number(),
      /** Where the time of each procedure's calls goes, in milliseconds in all. */
      profiles: z.array(
        z.strictObject({
          procedure: z.string(),
          callCount: z.number(),
          wallMs: z.number(),
          queryMs: z.number(),
          guestCpuMs: z.number(),
        }),
      ),
      advice: z.array(advice),
      /** Ids of those that were applied, taken back or dismissed. */
      settled: z.array(z.string()),
    }),
    handle: async ({ query: { procedure }, identity }) => {
      await scopes.assertUnfiltered(identity, EVIDENCE);
      const found =
        procedure === undefined
          ? await advisor.analyze()
          : await advisor.analyzeProcedure(procedure);
      const { status, summary, callCount, profiles, recommendations, settled }: Advice = found;
      return {
        status,
        summary,
        callCount,
        profiles: [...profiles],
        advice: [...recommendations, ...settled].map(flat),
        settled: settled.map(({ finding }) => finding.id),
      };
    },
  });
}

function flat({ finding, ...rest }: Recommendation): z.input<typeof advice> {
  return { ...finding, ...rest };
}

import { z } from 'zod';
import { HeliosError } from '#core';
import type { Route } from '../http/route.ts';
import { defineRoute } from '../http/route.ts';

/** Findings about procedures and what became of them. */
export function adviceRoutes(): Route[] {
  const one = z.object({ id: z.string().min(1).max(200) });
  const advice = z.record(z.string(), z.json());
  const actions = ['replay', 'apply', 'revert', 'dismiss'] as const;
  return [
    defineRoute({
      method: 'GET',
      path: '/advice',
      summary: 'Findings with their evidence and verdicts',
      tag: 'advice',
      role: 'reader',
      reply: z.strictObject({ advice: z.array(advice) }),
      handle: async () => {
        throw notThere();
      },
    }),
    ...actions.map((action) =>
      defineRoute({
        method: 'POST',
        path: `/advice/:id/${action}`,
        summary: `Finding: ${action}`,
        tag: 'advice',
        role: 'author',
        params: one,
        reply: z.strictObject({ advice }),
        handle: async () => {
          throw notThere();
        },
      }),
    ),
  ];
}

function notThere(): HeliosError {
  return new HeliosError('feature_not_supported', { message: 'there is no advisor yet' });
}

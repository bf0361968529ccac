import { z } from 'zod';
import type { ServiceContext } from '../context.ts';
import type { Route } from '../http/route.ts';
import { defineRoute } from '../http/route.ts';
import { run } from '../runs/run.ts';

/** As the run has it: it stands for what was shown, and for nothing else. */
const body = z.strictObject({ token: z.string().min(1).max(100) });
const reply = z.strictObject({ run });

/** What becomes of a change that a run has shown. */
export function confirmationRoutes({ runs, audit }: ServiceContext): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/confirmations/confirm',
      summary: 'Make the change that a run has shown, with the rights of whoever asked for it',
      tag: 'runs',
      // Whether the role may write there is the engine's to say, when it is shown and now.
      role: 'reader',
      body,
      reply,
      handle: async ({ body: { token }, identity, raw }) => {
        const confirmed = await runs.confirm(token, identity);
        audit.note({
          identity,
          action: 'write',
          object: confirmed.sql ?? '',
          sqlstate: confirmed.error?.sqlstate ?? null,
          requestId: raw.id,
        });
        return { run: confirmed };
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/confirmations/decline',
      summary: 'Give up the change that a run has shown',
      tag: 'runs',
      role: 'reader',
      body,
      reply,
      handle: async ({ body: { token }, identity }) => ({
        run: await runs.decline(token, identity),
      }),
    }),
  ];
}

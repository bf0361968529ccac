import { z } from 'zod';
import { HeliosError } from '#core';
import type { ServiceContext } from '../context.ts';
import { EventStream, lastEventId } from '../http/event-stream.ts';
import type { Route } from '../http/route.ts';
import { defineRoute } from '../http/route.ts';
import type { Identity } from '../identity/identity.ts';
import type { EventLog } from '../runs/event-log.ts';
import type { Run } from '../runs/run.ts';
import { feedback, run, runSummary } from '../runs/run.ts';
import type { RunRequest } from '../runs/run-book.ts';
import { ANSWER_LIMITS } from '../runs/run-book.ts';
import { confirmationRoutes } from './confirmations.ts';
import { exportRoute } from './export.ts';

const QUESTION_CHARACTERS_MAX = 4_000;
const id = z.string().min(1).max(100);
const oneRun = z.object({ id });

const startBody = z.strictObject({
  question: z.string().max(QUESTION_CHARACTERS_MAX).optional(),
  /** The conversation that the question continues: that of an earlier run. */
  conversation: id.optional(),
  /** What "now" is: an ISO date or instant. */
  as_of: z.union([z.iso.date(), z.iso.datetime({ offset: true })]).optional(),
  plan_only: z.boolean().default(false),
  /** The index of the reading that is meant, of those which `run` asked back with. */
  choice: z.number().int().nonnegative().optional(),
  run: id.optional(),
  /** Rows of the answer that are wanted. */
  rows_max: z.number().int().min(1).max(ANSWER_LIMITS.rowsMax).optional(),
});

const startReply = z.strictObject({ run });

/** Asking, following, cancelling and rating runs. */
export function runRoutes(context: ServiceContext): Route[] {
  const { runs } = context;
  return [
    defineRoute({
      method: 'POST',
      path: '/runs',
      summary: 'Ask a question; the run starts and is returned at once',
      tag: 'runs',
      role: 'reader',
      body: startBody,
      status: 202,
      reply: startReply,
      handle: async ({ body, identity }) => ({
        run: runs.start(await readRequest(body, { context, identity }), identity),
      }),
    }),
    defineRoute({
      method: 'GET',
      path: '/runs',
      summary: 'List runs, newest first',
      tag: 'runs',
      role: 'reader',
      query: z.object({
        limit: z.coerce.number().int().min(1).max(200).default(50),
        before: id.optional(),
      }),
      reply: z.strictObject({ runs: z.array(runSummary) }),
      handle: async ({ query: { limit, before = null }, identity }) => ({
        runs: await runs.list({ limit, before }, identity),
      }),
    }),
    defineRoute({
      method: 'GET',
      path: '/runs/:id',
      summary: 'A run with its plan, tasks and answer',
      tag: 'runs',
      role: 'reader',
      params: oneRun,
      reply: startReply,
      handle: async ({ params, identity }) => ({ run: await runs.get(params.id, identity) }),
    }),
    defineRoute({
      method: 'GET',
      path: '/runs/:id/events',
      summary: 'Follow a run; Last-Event-ID goes on where a reader was',
      tag: 'runs',
      role: 'reader',
      params: oneRun,
      reply: ['text/event-stream'],
      handle: async ({ params, raw, signal, identity }, reply) => {
        const events = await runs.events(params.id, identity);
        const last = lastEventId(raw.headers);
        // Browsers ask again when a stream ends; "no content" tells them that this was all.
        if (events.isComplete && events.after(last).length === 0 && last > 0) {
          reply.code(204);
          return null;
        }
        await follow(events, last, new EventStream(reply, signal));
        return undefined;
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/runs/:id',
      summary: 'Cancel a run and wait until it has stopped',
      tag: 'runs',
      role: 'reader',
      params: oneRun,
      reply: startReply,
      handle: async ({ params, identity }) => ({ run: await runs.cancel(params.id, identity) }),
    }),
    defineRoute({
      method: 'POST',
      path: '/runs/:id/feedback',
      summary: 'Say whether an answer helped',
      tag: 'runs',
      role: 'reader',
      params: oneRun,
      body: z.strictObject({
        rating: feedback.shape.rating,
        comment: z.string().max(2_000).nullable().default(null),
      }),
      reply: startReply,
      handle: async ({ params, body, identity }) => ({
        run: await runs.rate(params.id, body, identity),
      }),
    }),
    ...confirmationRoutes(context),
    exportRoute(context),
  ];
}

async function follow(events: EventLog, from: number, stream: EventStream): Promise<void> {
  let last = from;
  while (!stream.signal.aborted) {
    // Asked before reading: what comes after this moment wakes the wait below.
    const isComplete = events.isComplete;
    for (const event of events.after(last)) {
      await stream.send(event);
      last = event.id;
    }
    if (isComplete) break;
    if (events.after(last).length === 0) await events.changed(stream.signal);
  }
  stream.end();
}

async function readRequest(
  body: z.output<typeof startBody>,
  { context, identity }: { readonly context: ServiceContext; readonly identity: Identity },
): Promise<RunRequest> {
  const earlier = body.run === undefined ? null : await context.runs.get(body.run, identity);
  const question = body.question ?? earlier?.question ?? '';
  if (question.trim() === '') {
    throw new HeliosError('invalid_parameter_value', {
      message: 'the question is missing',
      detail: 'body.question is empty',
    });
  }
  return {
    question,
    conversation: body.conversation ?? earlier?.conversation ?? earlier?.id ?? null,
    isPlanOnly: body.plan_only,
    now: body.as_of === undefined ? context.now() : new Date(body.as_of).toISOString(),
    reading: body.choice === undefined ? null : readingOf(earlier, body.choice),
    rowsMax: body.rows_max ?? null,
  };
}

function readingOf(earlier: Run | null, choice: number): string {
  const options = earlier?.clarification?.options ?? [];
  const option = options[choice];
  if (option !== undefined) return option.label;
  throw new HeliosError('invalid_parameter_value', {
    message: 'there is no such choice',
    detail:
      earlier === null ? 'body.run is missing' : `${options.length} choices, asked for ${choice}`,
    hint: 'choice counts from 0 and belongs to the run that asked back',
  });
}

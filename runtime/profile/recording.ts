import { z } from 'zod';

const moment = { thread: z.number(), at_us: z.number() };

const event = z.discriminatedUnion('kind', [
  /** A guest was seen here: function names, innermost first. */
  z.object({ kind: z.literal('sample'), ...moment, frames: z.array(z.string()) }),
  /** A chunk of calls of a procedure, or a nested query. */
  z.object({
    kind: z.enum(['call', 'query']),
    ...moment,
    duration_us: z.number(),
    name: z.string(),
  }),
]);

const recording = z.object({
  interval_us: z.number(),
  /** Events beyond the engine's bound. */
  dropped: z.number(),
  events: z.array(event),
});

/** What the engine recorded between `heliosdb_profile_start()` and `heliosdb_profile_stop()`. */
export type Recording = z.infer<typeof recording>;
export type ProfileEvent = Recording['events'][number];

/** Reads the engine's JSON. */
export function parseRecording(text: string): Recording {
  return recording.parse(JSON.parse(text));
}

import type { RunEvent } from '#agent';
import type { Run } from '#server';
import type { Run as PageRun, RunEvent as PageRunEvent } from '#web';

/** Compiles only while the first type may stand for the second. */
type Assignable<Sent extends Read, Read> = Sent;

// The page knows the service by HTTP alone; where the service sends something else than the page
// reads, the type check of this file fails.
export type SentRun = Assignable<Run, PageRun>;
export type SentRunEvent = Assignable<RunEvent, PageRunEvent>;

import type { ProfileEvent, Recording } from './recording.ts';

/** A stretch of time that one stack is held to have filled. Frames are outermost first. */
export interface Stretch {
  readonly startUs: number;
  readonly endUs: number;
  readonly frames: readonly string[];
}

type Span = Extract<ProfileEvent, { kind: 'call' | 'query' }>;
type Sample = Extract<ProfileEvent, { kind: 'sample' }>;

/** Ticks that may be missed before time counts as not seen. */
const LATE_TICKS = 20;

/** The frame for time in which no guest was seen: marshalling, results known, very short calls. */
export const HOST_FRAME = '(host and short calls)';

/**
 * Lays a thread's events out in time. Within a chunk of calls, time up to a sample belongs to the
 * sample's stack, a query's time to the query on top of the stack that asked it.
 */
export function timelineOf({ events, interval_us: intervalUs }: Recording): readonly Stretch[] {
  const threads = Map.groupBy(events, ({ thread }) => thread);
  return [...threads.values()].flatMap((own) => threadTimeline(own, intervalUs));
}

function threadTimeline(events: readonly ProfileEvent[], intervalUs: number): Stretch[] {
  const spans = events.filter((event): event is Span => event.kind !== 'sample');
  const calls = spans.filter(({ kind }) => kind === 'call').sort(byTime);
  const inner = [
    ...events.filter((event): event is Sample => event.kind === 'sample'),
    ...spans.filter(({ kind }) => kind === 'query'),
  ].sort(byTime);
  const stretches: Stretch[] = [];
  let next = 0;
  let end = 0;
  for (const call of calls) {
    // A call inside another one's query is part of that query.
    if (call.at_us < end) continue;
    end = call.at_us + call.duration_us;
    while ((inner[next]?.at_us ?? Number.POSITIVE_INFINITY) < call.at_us) next += 1;
    const first = next;
    while ((inner[next]?.at_us ?? Number.POSITIVE_INFINITY) <= end) next += 1;
    stretches.push(...callTimeline(call, inner.slice(first, next), intervalUs));
  }
  return stretches;
}

function callTimeline(
  call: Span,
  inner: readonly (Sample | Span)[],
  intervalUs: number,
): readonly Stretch[] {
  const stretches: Stretch[] = [];
  const end = call.at_us + call.duration_us;
  let time = call.at_us;
  let stack: readonly string[] = [call.name];
  const fill = (until: number, frames: readonly string[]): void => {
    if (until > time) stretches.push({ startUs: time, endUs: until, frames });
    time = Math.max(time, until);
  };
  for (const event of inner) {
    const at = Math.min(event.at_us, end);
    if (at < time) continue;
    if (event.kind === 'sample') {
      stack = [call.name, ...event.frames.toReversed()];
      // On a busy machine ticks come late; what lies much further back was not in a guest.
      fill(at - LATE_TICKS * intervalUs, [call.name, HOST_FRAME]);
      fill(at, stack);
    } else {
      fill(at, [call.name, HOST_FRAME]);
      fill(Math.min(at + event.duration_us, end), [...stack, `SQL: ${event.name}`]);
    }
  }
  fill(end, [call.name, HOST_FRAME]);
  return stretches;
}

function byTime(left: ProfileEvent, right: ProfileEvent): number {
  return left.at_us - right.at_us;
}

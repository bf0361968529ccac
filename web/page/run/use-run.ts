import { useCallback, useEffect, useState } from 'preact/hooks';
import type { Run, RunEvent } from '../api/contract.ts';
import { followEvents } from '../api/event-stream.ts';
import type { Problem } from '../api/problem.ts';
import { problemOf } from '../api/problem.ts';
import { request } from '../api/request.ts';
import { announce } from '../ui/announcer.tsx';
import { formatNumberOf } from '../ui/format.ts';
import { applyEvent } from './apply-event.ts';

export interface UseRun {
  readonly run: Run | null;
  readonly problem: Problem | null;
  /** False while a running run's events do not arrive; they are asked for again. */
  readonly isConnected: boolean;
  readonly reload: () => void;
  readonly setRun: (run: Run) => void;
}

/** A run, followed while it runs. */
export function useRun(id: string): UseRun {
  const [run, setRun] = useState<Run | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isConnected, setConnected] = useState(true);
  const [reading, setReading] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    setProblem(null);
    follow(id, { signal, setRun, setConnected, update: (change) => setRun(change) }).catch(
      (error: unknown) => {
        if (!signal.aborted) setProblem(problemOf(error));
      },
    );
    return () => abort.abort();
  }, [id, reading]);
  const reload = useCallback(() => setReading((count) => count + 1), []);
  return { run, problem, isConnected, reload, setRun };
}

interface Follower {
  readonly signal: AbortSignal;
  readonly setRun: (run: Run) => void;
  readonly setConnected: (isConnected: boolean) => void;
  readonly update: (change: (run: Run | null) => Run | null) => void;
}

async function follow(id: string, follower: Follower): Promise<void> {
  const { signal, setRun, setConnected, update } = follower;
  const path = `/runs/${encodeURIComponent(id)}`;
  const read = async (): Promise<Run> =>
    (await request<{ readonly run: Run }>(path, { signal })).run;
  const first = await read();
  setRun(first);
  if (first.status !== 'running') return;
  announce(`Answering: ${first.question}`);
  await followEvents(`${path}/events`, {
    signal,
    onConnection: setConnected,
    onEvent: ({ data }) => {
      const event = JSON.parse(data) as RunEvent;
      update((run) => (run === null ? null : applyEvent(run, event)));
      announceEvent(event);
      return event.type === 'answer';
    },
  });
  if (signal.aborted) return;
  setConnected(true);
  setRun(await read());
}

function announceEvent(event: RunEvent): void {
  if (event.type === 'plan-ready') {
    announce(`Planned: ${formatNumberOf(event.plan.tasks.length, 'task')}`);
  } else if (event.type === 'answer') {
    announce(event.answer.answer);
  }
}
